import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from './action.ts';
import type { Command } from './service.ts';

/** How a program ended: `code` null when it could not be started or took too long; `said` is what it wrote on standard error. */
export interface Ran {
  code: number | null;
  output: string;
  said: string;
}

export type Run = (command: Command) => Promise<Ran>;

/** A step of an installation that did not work, with what the program said. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

// A database with a password of its own is never asked about on the terminal: it is told instead.
const NO_PASSWORD = ['-f', '/dev/null'];
const DATABASE = ['cert9.db', 'key4.db', 'pkcs11.txt'];

/** An authority's nickname (its common name) and SHA-1, which is what the systems' stores name a certificate by. */
export function nameAuthority(file: string): { nickname: string; sha1: string } {
  const { subject, fingerprint } = new X509Certificate(readFileSync(file));
  return { nickname: subject.replace(/^CN=/, ''), sha1: fingerprint.replaceAll(':', '') };
}

/** Makes a store trust an authority (its file, PEM) for servers. Throws StepFailed. */
export async function trust(run: Run, store: Store, file: string, nickname: string): Promise<void> {
  if (store.kind === 'windows') return must(run, ['certutil', '-user', '-addstore', 'Root', file]);
  if (store.kind === 'keychain') {
    return must(run, ['security', 'add-trusted-cert', '-r', 'trustRoot', '-p', 'ssl', '-k', store.path, file]);
  }
  const database = ['-d', `sql:${store.folder}`];
  if (store.create) await must(run, ['certutil', '-N', '--empty-password', ...database]);
  try {
    await must(run, ['certutil', '-A', ...database, '-n', nickname, '-t', 'C,,', '-a', '-i', file, ...NO_PASSWORD]);
  } catch (error) {
    // A database with a password takes the certificate in before it refuses to trust it.
    await run(['certutil', '-D', ...database, '-n', nickname, ...NO_PASSWORD]);
    throw error;
  }
}

/** Takes an authority out of a store; well done when it is not in it. Throws StepFailed. */
export async function distrust(run: Run, store: Store, { nickname, sha1 }: { nickname: string; sha1: string }): Promise<void> {
  if (store.kind === 'windows') {
    const there = await run(['certutil', '-user', '-store', 'Root', sha1]);
    return there.code === 0 ? must(run, ['certutil', '-user', '-delstore', 'Root', sha1]) : undefined;
  }
  if (store.kind === 'keychain') {
    const there = await run(['security', 'find-certificate', '-c', nickname, store.path]);
    return there.code === 0 ? must(run, ['security', 'delete-certificate', '-Z', sha1, '-t', store.path]) : undefined;
  }
  if (!readable(store.folder).includes('cert9.db')) return;
  const database = ['-d', `sql:${store.folder}`];
  const there = await run(['certutil', '-L', ...database, '-n', nickname]);
  if (there.code === 0) await must(run, ['certutil', '-D', ...database, '-n', nickname, ...NO_PASSWORD]);
}

/** Removes a database that an installation made, when nothing has come into it since. */
export async function dropDatabase(run: Run, folder: string): Promise<void> {
  const names = readable(folder);
  if (!names.includes('cert9.db') || names.some((name) => !DATABASE.includes(name))) return;
  const database = ['-d', `sql:${folder}`];
  const certificates = await run(['certutil', '-L', ...database]);
  const keys = await run(['certutil', '-K', ...database, ...NO_PASSWORD]);
  const rows = certificates.output.split('\n').filter((line) => /\S+,\S*,\S*\s*$|,,\s*$/.test(line) && !/SSL,S\/MIME/.test(line));
  if (certificates.code !== 0 || rows.length > 0 || keys.code === 0) return;
  for (const name of DATABASE) rmSync(join(folder, name), { force: true });
}

/** Runs a command that has to work. Throws StepFailed with the last line that it said. */
export async function must(run: Run, command: Command): Promise<void> {
  const { code, said } = await run(command);
  if (code === 0) return;
  const [last] = said.trim().split('\n').slice(-1);
  throw new StepFailed(`${command[0]}: ${last || (code ?? 'could not be started')}`);
}

function readable(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
