import { type Catalogue, type DriverProfile, type DriverStatus, probeLibrary } from '../drivers/index.ts';
import { type Audit, type Database, OriginStore, StoreFailure } from '../store/index.ts';
import type { Token, Tokens } from '../tokens/index.ts';
import type { DriverView, Machine, ProbeAnswer, TokenView, View } from './view.ts';
import { viewOfContents } from './view-contents.ts';

/** A library that Signet hosts, would host, or was told to host although it is not there. */
export interface HostedDriver {
  id: string;
  path: string;
  profile: DriverProfile;
  environment: Readonly<Record<string, string>>;
  origin: DriverView['origin'];
  /** Null while no host of it runs. */
  status(): DriverStatus | null;
}

/** What a view is made of. Functions are asked anew at each run, so that one set serves the daemon for its life. */
export interface ViewParts {
  machine: Machine;
  version: string;
  inDaemon: boolean;
  settings: View['settings'];
  catalogue: Catalogue;
  drivers(): readonly HostedDriver[];
  /** Resolves when every token that can be seen is. Null: there is nobody to ask. */
  tokens(probe: (driver: DriverView) => Promise<ProbeAnswer>): Promise<Tokens | null>;
  database: Database | StoreFailure | null;
  audit: Audit | null;
  lastCrash(): { driver: string; at: string } | null;
  renewalOpens(issuerDn: string): number | null;
  procedureFor: View['procedureFor'];
}

/** Kept for one run: what was seen once is not looked at again, and checks do not contradict each other. */
export function viewOf(parts: ViewParts): View {
  const probes = new Map<string, Promise<ProbeAnswer>>();
  let asked: Promise<Tokens | null> | undefined;
  let remembered: { told: ReturnType<View['history']> } | undefined;
  const hosted = parts.drivers();
  // Several checks wait for one probe: it has its own deadline, and does not end with the first that gives up.
  const probe = (driver: DriverView): Promise<ProbeAnswer> => {
    const answer = probes.get(driver.id) ?? probeDriver(driver);
    probes.set(driver.id, answer);
    return answer;
  };
  const rooms = (): Promise<Tokens | null> => (asked ??= parts.tokens(probe));
  const { machine, version, inDaemon, settings, catalogue } = parts;
  return {
    machine,
    version,
    inDaemon,
    settings,
    catalogue,
    drivers: () => hosted.map(driverView),
    probe,
    tokens: async () => {
      const tokens = await rooms();
      return tokens === null ? [] : tokens.list().map((token) => tokenView(tokens, token));
    },
    contents: async (tokenId) => {
      const tokens = await rooms();
      if (tokens === null) return { certificates: [], keysWithoutCertificate: [] };
      return viewOfContents(tokenId, await tokens.contents(tokens.get(tokenId)));
    },
    database: () => databaseWord(parts.database),
    history: () => {
      // Reading the whole trail takes its time, and several checks ask for it.
      remembered ??= { told: history(parts) };
      return remembered.told;
    },
    pairedSites: () => pairedSites(parts),
    renewalOpens: parts.renewalOpens,
    procedureFor: parts.procedureFor,
  };
}

async function probeDriver({ library, environment, profile }: DriverView): Promise<ProbeAnswer> {
  const libraryParameters = profile?.quirks.libraryParameters;
  const { slots, ...seen } = await probeLibrary({ library, environment, libraryParameters }, new AbortController().signal);
  return { ...seen, slots: slots?.length ?? null, tokens: slots?.filter(({ card }) => card).length ?? null, readers: slots };
}

function driverView({ id, path, profile, environment, origin, status }: HostedDriver): DriverView {
  return { id, name: profile.name, library: path, origin, environment, profile, status: status() };
}

function tokenView(tokens: Tokens, token: Token): TokenView {
  const { label, manufacturer, model, serial, flags } = token.facts;
  const [pin, puk] = [tokens.status(token, 'user'), tokens.status(token, 'so')];
  return { id: token.id, driverId: token.driver.id, label, manufacturer, model, serial, reader: token.reader, flags, pin, puk };
}

/** The store's words in the doctor's. */
function databaseWord(database: ViewParts['database']): string | null {
  if (database === null || !(database instanceof StoreFailure)) return null;
  const words: Partial<Record<StoreFailure['code'], string>> = { in_use: 'locked', unwritable: 'readonly' };
  return words[database.code] ?? database.code;
}

function history({ database, audit, lastCrash }: ViewParts): ReturnType<View['history']> {
  if (database === null || database instanceof StoreFailure || audit === null) return null;
  try {
    const row = database.get(
      'SELECT max(at) AS newest FROM (SELECT max(at) AS at FROM audit UNION ALL SELECT max(started_at) FROM attempts)',
    );
    const newest = row?.newest;
    return {
      auditSound: audit.firstBreak() === null,
      lastCrash: lastCrash(),
      newestEntry: typeof newest === 'string' ? newest : null,
    };
  } catch (error) {
    if (error instanceof StoreFailure) return null;
    throw error;
  }
}

function pairedSites({ database, machine }: ViewParts): ReturnType<View['pairedSites']> {
  // No records at all: Signet has not run yet.
  if (database === null) return [];
  if (database instanceof StoreFailure) return null;
  try {
    const alive = new OriginStore(database).list().filter(({ expiresAt }) => Date.parse(expiresAt) > machine.now());
    return alive.map(({ origin, via }) => ({ origin, via }));
  } catch (error) {
    if (error instanceof StoreFailure) return null;
    throw error;
  }
}
