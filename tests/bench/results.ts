import type { Crash } from './crash.ts';
import type { Hang } from './hang.ts';
import type { HostTimes } from './host.ts';
import type { Memory } from './memory.ts';
import type { Throughput } from './rounds.ts';
import type { Startup } from './startup.ts';
import type { ThroughputResult } from './throughput.ts';

/** What was measured; a part that was not asked for is missing. */
export interface Results {
  throughput?: ThroughputResult;
  startup?: Startup;
  host?: HostTimes;
  hang?: Hang;
  crash?: Crash;
  memory?: Memory;
}

/** A table of text: a head and rows of as many cells. */
export interface Table {
  title: string;
  head: string[];
  rows: string[][];
}

/** How fast each way signs, one table per key. */
export function throughputTables(throughput: NonNullable<Results['throughput']>): Table[] {
  return [table('RSA-2048 (RS256)', throughput.rsa), table('P-256 (ES256)', throughput.ec)];
}

/** Start, crash, hang and memory, as far as they were measured. */
export function otherTable({ startup, host, hang, crash, memory }: Results): Table {
  const rows: string[][] = [];
  if (startup !== undefined) {
    rows.push(
      ['spawn to listening', spread(startup.listening)],
      ['spawn to first signature, login included', spread(startup.firstSignature)],
    );
  }
  if (host !== undefined) {
    rows.push(
      ['native messaging host: spawn to greeting', spread(host.greeting)],
      ['native messaging host: spawn to the daemon’s answer', spread(host.answer)],
    );
  }
  if (crash !== undefined) rows.push(['driver SIGSEGV to next signature, new login', spread(crash.back)]);
  if (hang !== undefined) {
    rows.push(['/health p99, 16 in flight, idle driver', `${hang.before.toFixed(1)} ms`]);
    rows.push(['/health p99, 16 in flight, a driver call hangs', `${hang.during.toFixed(1)} ms`]);
  }
  if (memory !== undefined) {
    const { atRest, loaded, growth } = memory;
    rows.push(
      ['resident at rest, shared pages once', megabytes(atRest.together)],
      ['resident at rest: daemon + host', both(atRest)],
      ['resident after the load: daemon + host', both(loaded)],
    );
    rows.push([
      `growth over ${memory.signatures.toLocaleString('en')} signatures: daemon, host`,
      `${megabytes(growth.daemon)}, ${megabytes(growth.host)}`,
    ]);
  }
  return { title: 'Start, failure, memory', head: ['', 'median (worst)'], rows };
}

function table(title: string, list: readonly Throughput[]): Table {
  const rows = list.map((each) => [
    each.way,
    Math.round(each.perSecond).toLocaleString('en'),
    each.toOneThread.toFixed(2),
    each.toAllThreads.toFixed(2),
    milliseconds(each.p50Microseconds),
    milliseconds(each.p99Microseconds),
  ]);
  return { title, head: ['', 'per s', ': raw 1', ': raw all', 'p50 ms', 'p99 ms'], rows };
}

function milliseconds(microseconds: number): string {
  return Number.isNaN(microseconds) ? '–' : (microseconds / 1000).toFixed(2);
}

function spread({ median, worst }: { median: number; worst: number }): string {
  return `${Math.round(median)} ms (${Math.round(worst)})`;
}

function both({ daemon, host }: { daemon: number; host: number }): string {
  return `${daemon.toFixed(0)} + ${host.toFixed(0)} = ${(daemon + host).toFixed(0)} MiB`;
}

function megabytes(value: number): string {
  return `${value.toFixed(1)} MiB`;
}
