import type { Logger } from 'pino';
import { type Ending, ExpiryWatch } from '../certificates/index.ts';
import { Cases, type ProcedureBook, type SeenToken } from '../procedures/index.ts';
import { type Audit, CaseStore, type Database, ExpiryNotices, StoreFailure } from '../store/index.ts';
import type { Credential, EventHub, EventName, Token, Tokens } from '../tokens/index.ts';

/** Between two looks at the clock, in milliseconds. */
const TICK = 60_000;
/** Between two looks at the tokens when nothing happened, in ticks: an hour, because certificates end by the day. */
const LOOK_EVERY = 60;
/** The same while a case waits for a new certificate, which another program may write at any time. */
const LOOK_EVERY_FOR_CASES = 5;

/** After an insertion, before its content is listed, in milliseconds: whoever plugged it in comes first. */
const SETTLE = 3_000;

const OF_PIN: readonly EventName[] = ['pin.changed-state', 'pin.locked'];

/** What is plugged in and the state of each PIN, as it is known: no driver is asked. */
function glance(tokens: Tokens): SeenToken[] {
  return tokens.list().map((token) => seenToken(tokens, token, null));
}

/** What is plugged in, as cases and the expiry watch need it. Listing presents no PIN. */
export async function lookAtTokens(tokens: Tokens): Promise<{ seen: SeenToken[]; endings: Ending[] }> {
  const listed = await Promise.all(
    tokens.list().map(async (token) => {
      // A token that cannot be listed is still one that may be blocked.
      const contents = await tokens.contents(token).catch(() => null);
      return { token, credentials: contents?.credentials.filter(({ certificate }) => !certificate.facts.isCa) ?? null };
    }),
  );
  return {
    seen: listed.map(({ token, credentials }) => seenToken(tokens, token, credentials)),
    endings: listed.flatMap(({ token, credentials }) => (credentials ?? []).map((each) => ending(token, each))),
  };
}

function seenToken(tokens: Tokens, token: Token, credentials: readonly Credential[] | null): SeenToken {
  const { label, serial, manufacturer, model } = token.facts;
  return {
    id: token.id,
    label,
    serial,
    manufacturer,
    model,
    pinState: tokens.status(token, 'user').state,
    certificates:
      credentials?.map(({ certificate: { facts } }) => ({
        subject: facts.subject,
        issuer: facts.issuer,
        serialNumber: facts.serialNumber,
        notBefore: facts.notBefore,
        notAfter: facts.notAfter,
        commonName: facts.subjectCommonName,
      })) ?? null,
  };
}

function ending(token: Token, { certificate: { facts, sha256 } }: Credential): Ending {
  const { subject, issuer, notAfter } = facts;
  return { tokenId: token.id, label: token.facts.label, sha256, subject, issuer, notAfter };
}

/** The cases of this daemon, and how to have them follow what happens. */
export function casesOf(parts: {
  database: Database;
  audit: Audit;
  procedures: ProcedureBook;
  tokens: Tokens;
  events: EventHub;
  log: Logger;
}): { cases: Cases; follow(): () => Promise<void> } {
  const { database, audit, procedures, tokens, events, log } = parts;
  const cases = new Cases({
    store: new CaseStore(database),
    audit,
    procedures,
    onUpdate: (update) => events.publish('case.updated', update),
    look: async () => (await lookAtTokens(tokens)).seen,
  });
  const renewalOpens = (issuerDn: string): number | null => procedures.renewalOpens(issuerDn);
  const expiry = new ExpiryWatch({ notices: new ExpiryNotices(database), events, renewalOpens });
  return { cases, follow: () => follow({ tokens, events, cases, expiry, log }) };
}

/**
 * Keeps cases and the expiry watch up with what happens: after each event of a token, and by the clock. Returns how to stop, which
 * resolves when the last look is over.
 */
export function follow(parts: {
  tokens: Tokens;
  events: EventHub;
  cases: Cases;
  expiry: ExpiryWatch;
  log: Logger;
}): () => Promise<void> {
  const { tokens, events, cases, expiry, log } = parts;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let settling: NodeJS.Timeout | undefined;
  let ticks = 0;

  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      // A full disk is told to whoever writes next; a defect here must not end the daemon.
      log.warn({ reason: error instanceof StoreFailure ? error.code : String(error) }, 'cases could not be followed');
    }
  };
  const once = async (): Promise<void> => {
    if (stopped) return;
    const { seen, endings } = await lookAtTokens(tokens);
    if (stopped) return;
    guarded(() => cases.observe(seen));
    guarded(() => expiry.look(endings));
  };
  const look = (): void => {
    running = running.then(once).catch((error: unknown) => log.warn({ reason: String(error) }, 'tokens could not be listed'));
  };
  const unlisten = events.listen(({ event }) => {
    // Later than whoever is being told: an attempt does not wait for a case.
    if (OF_PIN.includes(event)) setImmediate(() => stopped || guarded(() => cases.observe(glance(tokens))));
    if (event !== 'token.inserted') return;
    clearTimeout(settling);
    settling = setTimeout(look, SETTLE);
    settling.unref();
  });
  const tick = (): void => {
    ticks += 1;
    guarded(() => cases.remind());
    let every = LOOK_EVERY;
    guarded(() => {
      if (cases.awaitsCertificate()) every = LOOK_EVERY_FOR_CASES;
    });
    if (ticks % every === 0) look();
  };
  guarded(() => cases.remind());
  const timer = setInterval(tick, TICK);
  timer.unref();
  return async () => {
    stopped = true;
    clearInterval(timer);
    clearTimeout(settling);
    unlisten();
    await running;
  };
}
