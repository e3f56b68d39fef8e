import { randomBytes } from 'node:crypto';
import { diagnosticsSection } from './checks.ts';
import { newBundleId } from './code.ts';
import type { BundleDocument } from './document.ts';
import { attemptsSection, auditSection, casesSection } from './history.ts';
import { logSection, type RecordingFacts } from './log-lines.ts';
import { knowPersonal } from './personal.ts';
import { Picker } from './picker.ts';
import { Pseudonyms } from './pseudonyms.ts';
import { Redactor } from './redact.ts';
import type { BundleCertificate, BundleRooms, BundleToken } from './rooms.ts';
import { checkedDocument } from './scan.ts';
import { settingsSection, versionsSection } from './settings.ts';
import { driverSection, tokenSection } from './tokens.ts';

export interface BuildOptions {
  rooms: BundleRooms;
  /** Of the texts in it. */
  language: string;
  /** Only the log between these markers. */
  recording?: RecordingFacts | null;
  /** For tests; random, and forgotten afterwards, when left out. */
  salt?: Buffer;
  now?: Date;
  /** False when the rooms look from beside, without a daemon. */
  fromDaemon?: boolean;
}

/** A document and the means to clean and check texts by the same rules. */
export interface Built {
  id: string;
  document: BundleDocument;
  redactor: Redactor;
  /** Texts of Signet's own in it, which the last look passes over. */
  words: ReadonlySet<string>;
}

/**
 * Makes a bundle's document: everything is read, then all personal values that were seen are taken out of every text, and only
 * what the document's form names gets in. Throws SignetError `bundle_unsafe` when a personal value is found in the result all the same.
 */
export async function buildBundle(options: BuildOptions): Promise<Built> {
  const { rooms, language, recording = null, now = new Date(), salt = randomBytes(32) } = options;
  const machine = await rooms.machine();
  // Before the report and after it: it names tokens, and those that come or go meanwhile must be known too.
  const before = await look(rooms);
  const report = await rooms.diagnose(language).catch(() => null);
  const after = await look(rooms);
  const { tokens, contents } = after;
  const [drivers, audit, attempts, cases, settings] = [
    rooms.drivers(),
    readable(() => rooms.audit(), { sound: null, counts: [], newest: [] }),
    readable(() => rooms.attempts(), []),
    readable(() => rooms.cases(), []),
    rooms.settings(),
  ];
  const pseudonyms = new Pseudonyms(salt);
  knowPersonal(pseudonyms, {
    machine,
    tokens: [...tokens, ...before.tokens],
    certificates: [after, before].flatMap((seen) => seen.contents.flatMap((read) => (typeof read === 'string' ? [] : read))),
    publicTexts: [
      ...tokens.flatMap(({ manufacturer, model }) => [manufacturer, model]),
      ...drivers.flatMap(({ id, name, library }) => [id, name, library.split(/[\\/]/).at(-1) ?? '']),
    ],
    clients: readable(() => rooms.clients(), []),
    callers: audit.newest.map(({ caller }) => caller).filter((caller) => caller !== 'signet'),
    tokenIds: [...audit.newest.flatMap(({ token }) => token ?? []), ...attempts.map(({ identity }) => identity)],
    cases: cases.flatMap(({ personal }) => personal),
  });
  const redactor = new Redactor(pseudonyms, machine.home, privatePaths(settings));
  const pick = new Picker(redactor, pseudonyms);
  const document: BundleDocument = {
    format: 'signet-bundle',
    formatVersion: 1,
    id: newBundleId(),
    createdAt: pick.time(now.toISOString()) ?? '',
    language: pick.word(language, ['en', 'fr', 'es']) ?? 'en',
    fromDaemon: options.fromDaemon ?? true,
    versions: versionsSection(rooms.version, machine, pick),
    settings: settingsSection(settings, machine, pick),
    drivers: drivers.map((driver) => driverSection(driver, pick)),
    tokens: tokens.map((token, index) => tokenSection(token, contents[index] ?? 'unknown', pick, pseudonyms)),
    attempts: attemptsSection(attempts, pick),
    diagnostics: diagnosticsSection(report, pick),
    audit: auditSection(audit, pick),
    cases: casesSection(cases, pick),
    log: logSection(rooms.log(), pick, recording),
  };
  return { id: document.id, document: checkedDocument(document, redactor, pick.words), redactor, words: pick.words };
}

/** What the database tells, or `otherwise`: a bundle is wanted most when something is broken. */
function readable<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

interface Look {
  tokens: readonly BundleToken[];
  /** In the order of the tokens. */
  contents: readonly (readonly BundleCertificate[] | string)[];
}

async function look(rooms: BundleRooms): Promise<Look> {
  const tokens = rooms.tokens();
  return { tokens, contents: await Promise.all(tokens.map((token) => contentsOf(rooms, token))) };
}

/** A token's certificates, or the code of why they could not be read. */
async function contentsOf(rooms: BundleRooms, token: BundleToken): Promise<readonly BundleCertificate[] | string> {
  try {
    return await rooms.certificates(token.id);
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code).toLowerCase() : 'unknown';
  }
}

function privatePaths(settings: object): string[] {
  const { stateDir, runtimeDir } = settings as Record<string, unknown>;
  return [stateDir, runtimeDir].filter((path): path is string => typeof path === 'string');
}
