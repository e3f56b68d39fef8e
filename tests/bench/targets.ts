import { availableParallelism } from 'node:os';
import type { Results } from './results.ts';
import type { Throughput } from './rounds.ts';
import type { KeyName } from './throughput.ts';

/** One promise about speed or memory, with what was measured. */
export interface Target {
  what: string;
  wanted: string;
  figure: string;
  met: boolean;
}

/** Growth below this is the garbage collector's own breathing, in MiB per process. */
const BREATHING = 4;

/** The targets for the parts that were measured. Of TCP and Unix socket the slower one counts. */
export function targets({ throughput, startup, host, hang, crash, memory }: Results): Target[] {
  const list: Target[] = [];
  if (throughput !== undefined) list.push(...speeds(throughput));
  if (hang !== undefined) list.push(below('/health p99 while a driver call hangs', hang.during, 20, 'ms', 1));
  if (crash !== undefined) list.push(below('back in service after a SIGSEGV, new login', crash.back.median, 500, 'ms'));
  if (startup !== undefined) list.push(below('listening after start', startup.listening.median, 1_000, 'ms'));
  if (host !== undefined) list.push(below('native messaging host: spawn to the daemon’s answer', host.answer.median, 300, 'ms'));
  if (memory !== undefined) {
    const { atRest, growth, signatures } = memory;
    list.push(below('daemon + host at rest, shared pages once', atRest.together, 160, 'MiB'));
    const most = Math.max(growth.daemon, growth.host);
    const what = `growth over ${signatures.toLocaleString('en')} signatures`;
    list.push({ what, wanted: 'none', figure: `${most.toFixed(1)} MiB`, met: most < BREATHING });
  }
  return list;
}

function speeds(throughput: Record<KeyName, Throughput[]>): Target[] {
  const threads = availableParallelism();
  const slowest = (key: KeyName, what: string, of: 'toOneThread' | 'toAllThreads'): number =>
    Math.min(...signet(throughput[key], what).map((each) => each[of]));
  const added = (key: KeyName): number =>
    Math.max(...signet(throughput[key], ' 1 in flight').map(({ addedMicroseconds }) => addedMicroseconds)) / 1000;
  return [
    share(`RSA-2048, 16 in flight : raw, ${threads} threads`, slowest('rsa', ' 16 in flight', 'toAllThreads'), 0.75),
    share(`RSA-2048, batch : raw, ${threads} threads`, slowest('rsa', 'sign-batch', 'toAllThreads'), 0.9),
    share('P-256, 16 in flight : raw, 1 thread', slowest('ec', ' 16 in flight', 'toOneThread'), 0.5),
    share('P-256, batch : raw, 1 thread', slowest('ec', 'sign-batch', 'toOneThread'), 0.9),
    atMost('RSA-2048, one in flight adds at p50', added('rsa'), 0.6),
    atMost('P-256, one in flight adds at p50', added('ec'), 0.6),
  ];
}

function signet(list: readonly Throughput[], what: string): Throughput[] {
  return list.filter(({ way }) => way.startsWith('Signet') && way.endsWith(what));
}

function share(what: string, value: number, wanted: number): Target {
  return { what, wanted: `≥ ${wanted.toFixed(2)}`, figure: value.toFixed(2), met: value >= wanted };
}

function atMost(what: string, value: number, wanted: number): Target {
  return { what, wanted: `≤ ${wanted} ms`, figure: `${value.toFixed(2)} ms`, met: value <= wanted };
}

function below(what: string, value: number, wanted: number, unit: string, digits = 0): Target {
  return {
    what,
    wanted: `< ${wanted.toLocaleString('en')} ${unit}`,
    figure: `${value.toFixed(digits)} ${unit}`,
    met: value < wanted,
  };
}
