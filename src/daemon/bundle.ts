import { type BundleCase, type BundleRooms, Bundles, type Doctor, Recordings, type Report } from '../diagnostics/index.ts';
import type { DriverStatus } from '../drivers/index.ts';
import { type Audit, CaseStore, Clients, type Database } from '../store/index.ts';
import { FLAG, type Token, type Tokens } from '../tokens/index.ts';
import { bundleMachine } from './bundle-machine.ts';
import type { Config } from './config.ts';
import type { DaemonLog } from './log.ts';
import { packageVersion } from './version.ts';

/** Rows of the audit trail that are counted, the newest: what is older says little about what is wrong now. */
const COUNTED = 20_000;
const NEWEST = 50;

export interface BundleParts {
  config: Config;
  log: DaemonLog;
  database: Database;
  audit: Audit;
  tokens: Tokens;
  drivers(): readonly DriverStatus[];
  doctor: Pick<Doctor, 'run'>;
}

/** Support bundles of the running daemon. */
export function daemonBundles(parts: BundleParts): Bundles {
  const { log, ring, verbose } = parts.log;
  const recordings = new Recordings({
    verbose,
    mark: (recording, phase) => log.info({ recording, phase }, phase === 'begin' ? 'a recording begins' : 'a recording ends'),
  });
  const { config, database, audit, tokens, drivers, doctor } = parts;
  const diagnose = (language: string): Promise<Report> => doctor.run({ language });
  return new Bundles(
    roomsOf({ config, database, audit, tokens: () => tokens, drivers, diagnose, log: () => ring.lines() }),
    recordings,
  );
}

/** What there is to read. Without a database there is no past; without tokens none were found. */
interface Readable {
  config: Config;
  database: Database | null;
  audit: Audit | null;
  tokens(): Tokens | null;
  drivers(): readonly DriverStatus[];
  diagnose: BundleRooms['diagnose'];
  log: BundleRooms['log'];
}

/** The rooms as a bundle reads them. */
export function roomsOf({ config, database, audit, tokens, drivers, diagnose, log }: Readable): BundleRooms {
  return {
    version: packageVersion(),
    settings: () => config,
    machine: () => bundleMachine(),
    drivers,
    diagnose,
    tokens: () => {
      const all = tokens();
      return all === null ? [] : all.list().map((token) => tokenOf(all, token));
    },
    certificates: async (tokenId) => {
      const all = tokens();
      if (all === null) return [];
      const { certificates, credentials, privateKeyIds } = await all.contents(all.get(tokenId));
      return certificates.map(({ sha256, label, keyId, facts }) => ({
        ids: [sha256, ...credentials.filter(({ certificate }) => certificate.sha256 === sha256).map(({ id }) => id)],
        label,
        keyId,
        hasKey: privateKeyIds === null ? null : privateKeyIds.includes(keyId),
        facts,
      }));
    },
    log,
    clients: () => (database === null ? [] : new Clients(database).list().map(({ name }) => name)),
    audit: () => ({
      sound: audit === null || audit.firstBreak() === null,
      newest: audit?.list({ limit: NEWEST }) ?? [],
      counts: database === null ? [] : auditCounts(database),
    }),
    attempts: () => (database === null ? [] : attemptCounts(database)),
    cases: () =>
      database === null ? [] : new CaseStore(database).list().map(({ head, procedure, state }) => caseOf(head, procedure, state)),
  };
}

function tokenOf(tokens: Tokens, token: Token): ReturnType<BundleRooms['tokens']>[number] {
  const { label, manufacturer, model, serial, flags } = token.facts;
  return {
    id: token.id,
    identity: token.identity,
    driver: token.driver.id,
    label,
    manufacturer,
    model,
    serial,
    reader: token.reader,
    flags,
    pinPad: (flags & FLAG.pinPad) !== 0,
    pin: tokens.status(token, 'user'),
    puk: tokens.status(token, 'so'),
  };
}

function auditCounts(database: Database): ReturnType<BundleRooms['audit']>['counts'] {
  const rows = database.all(
    `SELECT substr(at, 1, 10) AS day, action, outcome, count(*) AS count
     FROM (SELECT at, action, outcome FROM audit ORDER BY seq DESC LIMIT ?)
     GROUP BY day, action, outcome ORDER BY day DESC, action, outcome`,
    COUNTED,
  );
  return rows.map(({ day, action, outcome, count }) => ({
    day: String(day),
    action: String(action),
    outcome: String(outcome),
    count: Number(count),
  }));
}

function attemptCounts(database: Database): ReturnType<BundleRooms['attempts']> {
  const rows = database.all(
    `SELECT identity, kind, purpose, outcome, rv, count(*) AS count, min(started_at) AS first, max(started_at) AS last
     FROM attempts GROUP BY identity, kind, purpose, outcome, rv ORDER BY last DESC`,
  );
  return rows.map((row) => ({
    identity: String(row.identity),
    kind: String(row.kind),
    purpose: String(row.purpose),
    outcome: row.outcome === null ? null : String(row.outcome),
    rv: row.rv === null ? null : String(row.rv),
    count: Number(row.count),
    first: String(row.first),
    last: String(row.last),
  }));
}

/** A case and everything in it that could be somebody's: whatever text its head has below these members. */
function caseOf(head: string, procedure: string, state: string): BundleCase {
  const { holder, references, token, certificate } = asObject(head);
  const personal = [
    holder,
    references,
    picked(token, ['label', 'serial', 'id']),
    picked(certificate, ['subject', 'serialNumber']),
  ];
  return { procedureId: String(asObject(procedure).id ?? 'unknown'), state, personal: personal.flatMap(textsBelow) };
}

function picked(value: unknown, names: readonly string[]): unknown[] {
  return typeof value === 'object' && value !== null ? names.map((name) => (value as Record<string, unknown>)[name]) : [];
}

function textsBelow(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsBelow) : [];
}

function asObject(json: string): Record<string, unknown> {
  try {
    return JSON.parse(json) as Record<string, unknown>;
  } catch {
    return {};
  }
}
