import { execFileSync } from 'node:child_process';
import { arch, availableParallelism, platform } from 'node:os';
import { markdown, targetTable } from './print.ts';
import { otherTable, type Results, throughputTables } from './results.ts';
import { targets } from './targets.ts';

/** docs/benchmarks.md, for a run of every part. `rounds` is how often each way was measured. */
export function report(results: Required<Results>, rounds: number): string {
  const text = [
    '# What a signature costs',
    '',
    'Written by `npm run bench`; run it on your own machine. Load generator, daemon and driver host share the same cores, so only the',
    'ratios travel from one machine to another.',
    '',
    `Machine: ${availableParallelism()} cores, ${platform()} ${arch()}; Node.js ${process.versions.node}; SoftHSM2 ${softHsmVersion()}; ${new Date().toISOString().slice(0, 10)}.`,
    `Every way signs with the same key on the same token. Each figure is the median of ${rounds} rounds; a ratio is taken to the raw loop of its`,
    'own round, which runs three times in it. When other programs disturb a round (its raw loops differ), another is made in its place.',
    `In the rounds that count the raw loops lay at most ${Math.round(results.throughput.unrest * 100)} % apart.`,
    '',
    markdown(targetTable(targets(results))),
    'Of TCP and Unix socket the slower one counts. “Raw” is a C program that calls `C_SignInit` and `C_Sign` again and again, with one',
    'thread or with one per core.',
    '',
    ...throughputTables(results.throughput).map(markdown),
    '“: raw 1” and “: raw all” are ratios to the raw loop with one thread and with one per core. A batch is one request with 10,000',
    'digests (P-256) or 2,000 (RSA-2048), and its time is that of the whole request.',
    '',
    markdown(otherTable(results)),
    ...FAIRNESS,
  ];
  return text.join('\n');
}

const FAIRNESS = [
  '## What is compared',
  '',
  'The peers do not do the same work. Read the figures with that in mind:',
  '',
  '- The raw loop and `pkcs11js` sign in the calling process: no request, no check of who asks, no audit, and a driver that crashes or',
  '  hangs takes the program along.',
  '- `node-webcrypto-p11` also runs in the calling process. It hashes the data itself and looks attributes up through PKCS#11 for each',
  '  signature; one call at a time, as its one session allows.',
  '- Signet answers over HTTP, checks the caller and the login, keeps an audit trail, and lets the driver run in a process of its own.',
  '- On Linux a SoftHSM2 that is loaded into a Node.js process binds to the OpenSSL that Node.js brings, and in the raw loop to the',
  "  system's. `pkcs11js`, `node-webcrypto-p11` and Signet gain or lose by that: compare the first with the raw loop to see how much.",
  '',
];

function softHsmVersion(): string {
  try {
    return execFileSync('softhsm2-util', ['--version'], { encoding: 'utf8' }).trim();
  } catch {
    return '(version unknown)';
  }
}
