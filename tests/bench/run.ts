import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../native-config/setup/places.mjs';
import { compilerMissing } from '../backends/compile.ts';
import { softHsmMissing } from '../backends/softhsm.ts';
import { measureCrash } from './crash.ts';
import { measureHang } from './hang.ts';
import { measureHost } from './host.ts';
import { measureMemory } from './memory.ts';
import { printed, targetTable } from './print.ts';
import { report } from './report.ts';
import { otherTable, type Results, throughputTables } from './results.ts';
import { CALM } from './rounds.ts';
import { buildProgram, type Program } from './server.ts';
import { measureStartup } from './startup.ts';
import { targets } from './targets.ts';
import { measureThroughput } from './throughput.ts';

const USAGE = `npm run bench -- [--quick] [--only PART]

Measures how fast Signet signs next to the token itself, how fast it starts and
comes back, and what memory it takes. A whole run takes about four minutes and
writes docs/benchmarks.md, unless other programs used the cores too much.

  --quick       short rounds; figures that are good for a glance only
  --only PART   throughput, startup, host, hang, crash or memory; may be repeated
  --help        this text
`;

/** With raw loops further apart than this the document is left as it was. */
const TOO_WILD = 0.5;

const PARTS = ['throughput', 'startup', 'host', 'hang', 'crash', 'memory'] as const;
type Part = (typeof PARTS)[number];

const FULL = {
  throughput: { rounds: 3, spare: 2, patience: 30_000, seconds: 1, rawSeconds: 0.6, batch: { rsa: 2_000, ec: 10_000 } },
  startup: 5,
  host: 20,
  hang: 2,
  crash: 5,
  memory: { warmUp: 100_000, signatures: 100_000 },
};

const QUICK: typeof FULL = {
  throughput: { rounds: 1, spare: 0, patience: 2_000, seconds: 0.4, rawSeconds: 0.3, batch: { rsa: 500, ec: 5_000 } },
  startup: 2,
  host: 5,
  hang: 0.5,
  crash: 2,
  memory: { warmUp: 15_000, signatures: 15_000 },
};

async function measure(program: Program, parts: ReadonlySet<Part>, plan: typeof FULL): Promise<Results> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const results: Results = {};
  const part = async <T>(name: Part, run: () => Promise<T>, keep: (value: T) => void): Promise<void> => {
    if (!parts.has(name)) return;
    say(`measuring: ${name}`);
    keep(await run());
  };
  await part(
    'startup',
    () => measureStartup(program, plan.startup),
    (value) => (results.startup = value),
  );
  await part(
    'host',
    () => measureHost(program, plan.host),
    (value) => (results.host = value),
  );
  await part(
    'hang',
    () => measureHang(program, plan.hang),
    (value) => (results.hang = value),
  );
  await part(
    'crash',
    () => measureCrash(program, plan.crash),
    (value) => (results.crash = value),
  );
  await part(
    'throughput',
    () => measureThroughput(program, plan.throughput, say),
    (value) => (results.throughput = value),
  );
  await part(
    'memory',
    () => measureMemory(program, plan.memory),
    (value) => (results.memory = value),
  );
  return results;
}

function show(results: Results): void {
  const tables = results.throughput === undefined ? [] : throughputTables(results.throughput);
  const other = otherTable(results);
  if (other.rows.length > 0) tables.push(other);
  for (const table of [...tables, targetTable(targets(results))]) process.stdout.write(`\n${printed(table)}`);
}

function isWhole(results: Results): results is Required<Results> {
  return PARTS.every((part) => results[part] !== undefined);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [...PARTS] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const unknown = values.only.find((part) => !PARTS.some((known) => known === part));
  if (unknown !== undefined) {
    process.stderr.write(`There is no part ${unknown}.\n\n${USAGE}`);
    return 2;
  }
  const missing = softHsmMissing() ?? compilerMissing();
  if (missing !== undefined) {
    process.stderr.write(`${missing}\n`);
    return 3;
  }
  const plan = values.quick ? QUICK : FULL;
  const program = buildProgram();
  try {
    const results = await measure(program, new Set(values.only as Part[]), plan);
    show(results);
    const { unrest = 0 } = results.throughput ?? {};
    const told = `the raw loops of one round lay ${Math.round(unrest * 100)} % apart`;
    if (unrest > CALM) process.stdout.write(`\nOther programs used the cores (${told}): trust these figures little.\n`);
    if (!values.quick && isWhole(results) && unrest <= TOO_WILD) {
      const file = join(root, 'docs', 'benchmarks.md');
      mkdirSync(join(root, 'docs'), { recursive: true });
      writeFileSync(file, report(results, plan.throughput.rounds));
      process.stdout.write('\nWritten to docs/benchmarks.md\n');
    }
    return 0;
  } finally {
    program.dispose();
  }
}

process.exitCode = await main();
