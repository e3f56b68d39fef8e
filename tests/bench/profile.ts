import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSoftHsm } from '../backends/softhsm.ts';
import { runLoad } from './load.ts';
import { buildProgram, loginTo, startServer } from './server.ts';
import { DIGEST } from './throughput.ts';

const USAGE = `node_modules/.bin/node tests/bench/profile.ts [--key rsa|ec] [--connections N] [--seconds S] [--top N] [--batch N]

Signs under load and prints where daemon and driver host spend their time.
`;

/** What V8 writes with --cpu-prof, as far as it is read here. */
interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

interface Spent {
  name: string;
  milliseconds: number;
}

/** Time per function without what it calls, longest first; a sample belongs to the time that passed until it. */
function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): Spent[] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.replace(/^.*\/(dist|node_modules)\//, '').replace(/^file:\/\//, '');
      return [id, `${functionName || '(anonymous)'}${file === '' ? '' : `  ${file}:${lineNumber + 1}`}`] as const;
    }),
  );
  const spent = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '(unknown)';
    spent.set(name, (spent.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  }
  return [...spent].map(([name, milliseconds]) => ({ name, milliseconds })).sort((a, b) => b.milliseconds - a.milliseconds);
}

function print(title: string, directory: string, top: number): void {
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'))) {
    const all = selfTimes(JSON.parse(readFileSync(join(directory, file), 'utf8')) as CpuProfile);
    const busy = all.filter(({ name }) => name !== '(idle)').reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    process.stdout.write(`\n${title}, ${file.split('.').at(-3)}: ${busy.toFixed(0)} ms busy\n`);
    for (const { name, milliseconds } of all.filter((each) => each.name !== '(idle)').slice(0, top)) {
      process.stdout.write(`${((100 * milliseconds) / busy).toFixed(1).padStart(6)} %  ${name}\n`);
    }
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      key: { type: 'string', default: 'ec' },
      connections: { type: 'string', default: '16' },
      seconds: { type: 'string', default: '5' },
      top: { type: 'string', default: '25' },
      batch: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const directory = mkdtempSync(join(tmpdir(), 'signet-profile-'));
  for (const who of ['daemon', 'host']) mkdirSync(join(directory, who));
  const program = buildProgram();
  const token = await createSoftHsm();
  const server = await startServer(program, {
    library: token.library,
    env: { ...token.env, BENCH_PROFILES: directory },
    nodeOptions: [
      '--cpu-prof',
      `--cpu-prof-dir=${join(directory, 'daemon')}`,
      '--import',
      join(import.meta.dirname, 'profiling.mjs'),
    ],
  });
  try {
    const ids = await loginTo(server, token.userPin);
    const rsa = values.key === 'rsa';
    const algorithm = rsa ? 'RS256' : 'ES256';
    const size = Number(values.batch);
    const digests = Array.from({ length: size }, () => DIGEST);
    const figures = await runLoad({
      place: server.port,
      path: `/v1/credentials/${rsa ? ids.rsa : ids.ec}/${size > 0 ? 'sign-batch' : 'sign'}`,
      token: server.token,
      body: size > 0 ? { algorithm, digests } : { algorithm, digest: DIGEST },
      connections: size > 0 ? 1 : Number(values.connections),
      seconds: Number(values.seconds),
    });
    process.stdout.write(`${algorithm}: ${Math.round(figures.perSecond * Math.max(1, size))} signatures/s while profiled\n`);
  } finally {
    await server.stop();
  }
  print('daemon', join(directory, 'daemon'), Number(values.top));
  print('driver host', join(directory, 'host'), Number(values.top));
  rmSync(directory, { recursive: true, force: true });
  token.dispose();
  program.dispose();
}

await main();
