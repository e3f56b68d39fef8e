import { expect, it } from 'vitest';
import { buildBundle, packBundle } from '../../../src/diagnostics/bundle/index.ts';
import { Pseudonyms } from '../../../src/diagnostics/bundle/pseudonyms.ts';
import { Redactor } from '../../../src/diagnostics/bundle/redact.ts';
import { SignetError } from '../../../src/errors/index.ts';
import { rooms } from './rooms.ts';

async function refusal(work: () => Promise<unknown>): Promise<SignetError> {
  const error = await work().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SignetError);
  return error as SignetError;
}

it('refuses to write a document in which a personal value is left, and names the place only', async () => {
  const built = await buildBundle({ rooms: rooms(), language: 'en' });
  const [check] = built.document.diagnostics?.checks ?? [];
  const { document } = built;
  if (check !== undefined) check.found = 'somebody wrote Jõeorg here';
  const { code, facts } = await refusal(() => packBundle({ ...built, document }));
  expect(code).toBe('bundle_unsafe');
  expect(facts.params?.field).toBe('signet-bundle.json: diagnostics.checks[0].found');
  expect(JSON.stringify(facts)).not.toMatch(/j.eorg/i);
});

it.each([
  ['hex', Buffer.from('JAAK-KRISTJAN').toString('hex')],
  ['base64', Buffer.from('xxJAAK-KRISTJAN').toString('base64')],
  ['UTF-16', Buffer.from('JAAK-KRISTJAN', 'utf16le').toString('latin1')],
  ['percent escapes', encodeURIComponent('JÕEORG')],
  ['reverse', 'NAJTSIRK-KAAJ'],
])('finds one that is left in %s', async (_how, written) => {
  const built = await buildBundle({ rooms: rooms(), language: 'en' });
  const document = { ...built.document, settings: { ...built.document.settings, port: written } };
  const { facts } = await refusal(() => packBundle({ ...built, document }));
  expect(facts.params?.field).toBe('signet-bundle.json: settings.port');
});

it('does not trip over its own pseudonyms, whatever people are called', () => {
  const pseudonyms = new Pseudonyms(Buffer.alloc(32, 9));
  for (const name of ['token', 'serial', 'name-7QK2']) pseudonyms.know('name', name);
  expect(new Redactor(pseudonyms, '').finds(pseudonyms.name('serial', 'x'))).toBe(false);
});

it.each([
  'root',
  'driver',
  'request',
  'running',
  'caller',
  'login',
  'signet',
  'evidence',
  'found',
  'local',
  'linux',
  'summary',
  'chromium',
  'fine',
])('makes a bundle for a user called %s', async (user) => {
  const here = rooms();
  const machine = { ...(await here.machine()), user, home: `/home/${user}`, hostname: user };
  const built = await buildBundle({ rooms: { ...here, machine: () => machine }, language: 'en' });
  expect((await packBundle(built)).zip.length).toBeGreaterThan(1_000);
});
