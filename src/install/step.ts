import { lstatSync, readFileSync, readlinkSync, rmdirSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Action } from './action.ts';
import type { Hands, Ledger } from './apply.ts';
import { removeIf, writeWhole } from './files.ts';
import { restoreDefault, setDefault } from './mimeapps.ts';
import { tlsFiles } from './plan-tls.ts';
import { type Entry, hashOf } from './record.ts';
import { startCommands, stopCommands } from './service.ts';
import { distrust, dropDatabase, must, nameAuthority, StepFailed, trust } from './stores.ts';
import { issueLocalCertificate } from './tls.ts';

/** Does one action on this machine and keeps the record of it. Throws when it cannot be done. */
export async function perform(action: Action, ledger: Ledger, { run, now }: Hands): Promise<void> {
  switch (action.do) {
    case 'write':
      if (action.over === 'nothing' && lstatSync(action.path, { throwIfNoEntry: false }) !== undefined)
        throw new StepFailed(`appeared just now: ${action.path}`);
      return write(ledger, action.path, action.content, action.mode);
    case 'remove':
      if (!removeIf(action.path, action.sha256)) throw new StepFailed(`changed just now: ${action.path}`);
      return ledger.drop({ kind: 'file', path: action.path, sha256: action.sha256 });
    case 'set-key': {
      const { key, name, data } = action;
      await must(run, ['reg', 'add', key, ...(name === '' ? ['/ve'] : ['/v', name]), '/t', 'REG_SZ', '/d', data, '/f']);
      return ledger.add({ kind: 'key', key, name, data });
    }
    case 'remove-key': {
      const { key, name } = action;
      const value = name === '' ? ['/ve'] : ['/v', name];
      await must(run, ['reg', 'delete', key, ...(action.whole ? [] : value), '/f']);
      return ledger.drop({ kind: 'key', key, name, data: '' });
    }
    case 'set-default':
      return makeDefault(ledger, action);
    case 'restore-default':
      return giveBack(ledger, action.entry);
    case 'start-service': {
      ledger.add({ kind: 'service', manager: action.manager });
      for (const command of startCommands(action.manager, action.file, action.uid, action.changed)) {
        if (command.includes('bootout')) await run(command);
        else await must(run, command);
      }
      return;
    }
    case 'stop-service': {
      // Where it does not run or the manager is gone, there is nothing to stop.
      for (const command of stopCommands(action.manager, action.uid, action.everybody)) await run(command);
      removeWants(ledger.entries);
      return ledger.drop({ kind: 'service', manager: action.manager });
    }
    case 'reload-service':
      await run(['systemctl', '--user', 'daemon-reload']);
      return;
    case 'issue': {
      const { key, certificate, authority } = await issueLocalCertificate(now());
      const files = tlsFiles(action.folder, process.platform);
      write(ledger, files.key, key, 0o600, 0o700);
      write(ledger, files.certificate, certificate, 0o600, 0o700);
      return write(ledger, files.authority, authority, 0o600, 0o700);
    }
    case 'trust': {
      const { store, authority } = action;
      const named = nameAuthority(authority);
      if (store.kind === 'nss' && store.create) ledger.folders(store.folder, 0o700);
      const made = ledger.entries.some(
        (entry) =>
          entry.kind === 'authority' &&
          entry.madeDatabase &&
          entry.store.kind === 'nss' &&
          store.kind === 'nss' &&
          entry.store.folder === store.folder,
      );
      const entry = { kind: 'authority' as const, store, ...named, madeDatabase: made || (store.kind === 'nss' && store.create) };
      ledger.add(entry);
      try {
        return await trust(run, store, authority, named.nickname);
      } catch (error) {
        // What was made for it is still to be undone.
        if (!entry.madeDatabase) ledger.drop(entry);
        throw error;
      }
    }
    case 'distrust': {
      const { store, nickname, sha1 } = action;
      await distrust(run, store, { nickname, sha1 });
      if (action.dropDatabase && store.kind === 'nss') await dropDatabase(run, store.folder);
      return ledger.drop({ kind: 'authority', store, nickname, sha1, madeDatabase: false });
    }
    case 'remove-folder':
    case 'same':
    case 'leave':
    case 'tell':
  }
}

function write(ledger: Ledger, path: string, content: string, mode: number, folderMode?: number): void {
  ledger.folders(dirname(path), folderMode);
  writeWhole(path, content, mode);
  ledger.add({ kind: 'file', path, sha256: hashOf(content) });
}

function makeDefault(ledger: Ledger, { path, type, desktop }: Extract<Action, { do: 'set-default' }>): void {
  ledger.folders(dirname(path));
  const stats = lstatSync(path, { throwIfNoEntry: false });
  const before = stats === undefined ? '' : readFileSync(path, 'utf8');
  const { text, former, inserted } = setDefault(before, type, desktop);
  ledger.add({ kind: 'default', path, type, desktop, former, inserted, madeFile: stats === undefined });
  writeWhole(path, text, stats === undefined ? 0o644 : stats.mode & 0o777);
}

function giveBack(ledger: Ledger, entry: Extract<Entry, { kind: 'default' }>): void {
  const { path, type, desktop, madeFile } = entry;
  const before = readFileSync(path, 'utf8');
  const text = restoreDefault(before, type, desktop, entry);
  if (text === '' && madeFile) unlinkSync(path);
  else if (text !== before) writeWhole(path, text, statSync(path).mode & 0o777);
  ledger.drop(entry);
}

/** systemctl makes a link when a unit is enabled; without a manager to ask, it would stay. */
function removeWants(entries: readonly Entry[]): void {
  for (const entry of entries) {
    if (entry.kind !== 'file' || !entry.path.endsWith('/systemd/user/signet.service')) continue;
    const wants = join(dirname(entry.path), 'default.target.wants');
    const link = join(wants, 'signet.service');
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() !== true) continue;
    if (!readlinkSync(link).endsWith('signet.service')) continue;
    rmSync(link);
    try {
      rmdirSync(wants);
    } catch {
      // Other units are wanted, too.
    }
  }
}
