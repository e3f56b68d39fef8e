import { verify, X509Certificate } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { runRawLoop } from '../backends/raw/build.ts';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { type LoadFigures, runLoad } from './load.ts';
import { runPeer } from './peer.ts';
import { Quiet } from './quiet.ts';
import { averaged, CALM, calmest, compared, type Round, type Sample, spread, summary, type Throughput } from './rounds.ts';
import { loginTo, ok, type Program, type Server, startServer } from './server.ts';

export type KeyName = 'rsa' | 'ec';

/** How much is measured. */
export interface ThroughputPlan {
  rounds: number;
  /** Rounds that may be added when others used the cores in one; the calmest `rounds` of all count. */
  spare: number;
  /** Milliseconds that may be spent altogether in waiting for idle cores. */
  patience: number;
  seconds: number;
  rawSeconds: number;
  batch: Record<KeyName, number>;
}

/** What each way made, per key, and the unrest of the least calm round that counts. */
export type ThroughputResult = Record<KeyName, Throughput[]> & { unrest: number };

interface Key {
  name: KeyName;
  algorithm: 'RS256' | 'ES256';
  kind: 'rsa2048' | 'p256';
}

const KEYS: readonly Key[] = [
  { name: 'rsa', algorithm: 'RS256', kind: 'rsa2048' },
  { name: 'ec', algorithm: 'ES256', kind: 'p256' },
];
export const DIGEST = Buffer.alloc(32, 7).toString('base64');
const CORES = availableParallelism();
const WARM_UP = 0.3;

/**
 * Signs with every way in turn, again and again, on one token. The raw loop runs at the start, in the middle and at the end of
 * each round, because cores that others use too are not equally fast all the time. `say` gets a line per round.
 */
export async function measureThroughput(
  program: Program,
  plan: ThroughputPlan,
  say: (line: string) => void,
): Promise<ThroughputResult> {
  const token = await createSoftHsm();
  const server = await startServer(program, { library: token.library, env: token.env });
  try {
    const ids = await loginTo(server, token.userPin);
    for (const key of KEYS) await requireSound(server, token, key, ids[key.name]);
    const quiet = new Quiet(plan.patience);
    const rounds: Record<KeyName, Round[]> = { rsa: [], ec: [] };
    for (let round = 1; round <= plan.rounds + plan.spare; round += 1) {
      for (const key of KEYS) {
        const done = rounds[key.name];
        if (done.filter(({ unrest }) => unrest <= CALM).length >= plan.rounds) continue;
        done.push(await oneRound(server, token, key, ids[key.name], plan, quiet));
        say(`round ${round}, ${key.algorithm}: raw loops within ${Math.round((done.at(-1)?.unrest ?? 0) * 100)} %`);
      }
    }
    const [rsa, ec] = [calmest(rounds.rsa, plan.rounds), calmest(rounds.ec, plan.rounds)];
    return { rsa: summary(rsa), ec: summary(ec), unrest: Math.max(...[...rsa, ...ec].map(({ unrest }) => unrest)) };
  } finally {
    await server.stop();
    token.dispose();
  }
}

async function oneRound(
  server: Server,
  token: SoftHsm,
  key: Key,
  id: string,
  plan: ThroughputPlan,
  quiet: Quiet,
): Promise<Round> {
  const raw: Record<'one' | 'all', Sample[]> = { one: [], all: [] };
  const samples = new Map<string, Sample>();
  const one = async (way: string, run: () => Promise<Sample>): Promise<void> => {
    await quiet.wait();
    samples.set(way, await run());
  };
  const baseline = async (): Promise<void> => {
    const request = { library: token.library, label: token.label, env: token.env, pin: token.userPin, mechanism: key.name };
    for (const [list, threads] of [[raw.one, 1] as const, [raw.all, CORES] as const]) {
      await quiet.wait();
      list.push(await runRawLoop({ ...request, threads, seconds: plan.rawSeconds }));
    }
  };
  const places = Object.entries({ TCP: server.port, 'Unix socket': server.socket });
  const single = async (...counts: number[]): Promise<void> => {
    for (const connections of counts) {
      for (const [name, place] of places) {
        const way = `Signet, ${name}, ${connections} in flight`;
        await one(way, () => sign(server, place, key, id, connections, plan.seconds));
      }
    }
  };
  await baseline();
  for (const peer of ['pkcs11js', 'webcrypto'] as const)
    await one(PEERS[peer], () => signWithPeer(peer, token, key, plan.seconds));
  await single(1, 4);
  await baseline();
  await single(16, 64);
  for (const [name, place] of places) await one(`Signet, ${name}, sign-batch`, () => signBatch(server, place, key, id, plan));
  await baseline();
  return {
    unrest: Math.max(spread(raw.one), spread(raw.all)),
    ways: [
      compared('raw loop, 1 thread', averaged(raw.one), raw),
      compared(`raw loop, ${CORES} threads`, averaged(raw.all), raw),
      ...[...samples].map(([way, sample]) => compared(way, sample, raw)),
    ],
  };
}

const PEERS = { pkcs11js: 'pkcs11js, in process', webcrypto: 'node-webcrypto-p11' } as const;

function sign(
  server: Server,
  place: number | string,
  key: Key,
  id: string,
  connections: number,
  seconds: number,
): Promise<LoadFigures> {
  const body = { algorithm: key.algorithm, digest: DIGEST };
  const path = `/v1/credentials/${id}/sign`;
  return runLoad({ place, path, token: server.token, body, connections, warmUp: WARM_UP, seconds });
}

async function signBatch(server: Server, place: number | string, key: Key, id: string, plan: ThroughputPlan): Promise<Sample> {
  const size = plan.batch[key.name];
  const body = { algorithm: key.algorithm, digests: Array.from({ length: size }, () => DIGEST) };
  const path = `/v1/credentials/${id}/sign-batch`;
  const { perSecond } = await runLoad({ place, path, token: server.token, body, connections: 1, seconds: plan.seconds });
  return { perSecond: perSecond * size, p50Microseconds: Number.NaN, p99Microseconds: Number.NaN };
}

function signWithPeer(peer: 'pkcs11js' | 'webcrypto', token: SoftHsm, key: Key, seconds: number): Promise<Sample> {
  const { library, label, userPin: pin, env } = token;
  const keyId = token.keys.find(({ kind }) => kind === key.kind)?.id ?? '';
  return runPeer(peer, { library, label, keyId, mechanism: key.name, seconds, pin }, env);
}

/** What is fast must also be right: one signature is checked against the certificate before any is counted. */
async function requireSound(server: Server, token: SoftHsm, { algorithm, kind }: Key, id: string): Promise<void> {
  const data = Buffer.from('what is signed');
  const { json } = await ok(server.call('POST', `/v1/credentials/${id}/sign`, { algorithm, data: data.toString('base64') }));
  const certificate = Buffer.from(token.keys.find((key) => key.kind === kind)?.certificate ?? '', 'base64');
  const key = new X509Certificate(certificate).publicKey;
  const signature = Buffer.from(String(json.signature), 'base64');
  if (!verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature))
    throw new Error(`a signature ${algorithm} is not valid`);
}
