import { mean, median } from './median.ts';

/** Medians over the rounds of one way to sign. Ratios are to the raw loop of the same round. */
export interface Throughput {
  way: string;
  perSecond: number;
  toOneThread: number;
  toAllThreads: number;
  p50Microseconds: number;
  p99Microseconds: number;
  /** p50 minus the raw loop's p50 of the same round. */
  addedMicroseconds: number;
}

/** One measurement of one way. */
export interface Sample {
  perSecond: number;
  p50Microseconds: number;
  p99Microseconds: number;
}

/** Each way once, next to the raw loops of the same minute. */
export interface Round {
  /** How far the raw loops of the round lie apart, the fastest to the slowest, less 1. */
  unrest: number;
  ways: Throughput[];
}

/** A round whose raw loops lie no further apart was not disturbed. */
export const CALM = 0.2;

/** The mean of several measurements of one way. */
export function averaged(samples: readonly Sample[]): Sample {
  const of = (field: keyof Sample): number => mean(samples.map((sample) => sample[field]));
  return { perSecond: of('perSecond'), p50Microseconds: of('p50Microseconds'), p99Microseconds: of('p99Microseconds') };
}

/** A measurement with its ratios to the raw loops (one thread, one per core) of its round. */
export function compared(way: string, sample: Sample, raw: Record<'one' | 'all', Sample[]>): Throughput {
  const one = averaged(raw.one);
  return {
    way,
    perSecond: sample.perSecond,
    toOneThread: sample.perSecond / one.perSecond,
    toAllThreads: sample.perSecond / averaged(raw.all).perSecond,
    p50Microseconds: sample.p50Microseconds,
    p99Microseconds: sample.p99Microseconds,
    addedMicroseconds: sample.p50Microseconds - one.p50Microseconds,
  };
}

/** How far measurements lie apart: the fastest to the slowest, less 1. */
export function spread(samples: readonly Sample[]): number {
  const rates = samples.map(({ perSecond }) => perSecond);
  return Math.max(...rates) / Math.min(...rates) - 1;
}

/** The `wanted` rounds that were disturbed least. */
export function calmest(rounds: readonly Round[], wanted: number): Round[] {
  return [...rounds].sort((a, b) => a.unrest - b.unrest).slice(0, wanted);
}

/** Medians over rounds. */
export function summary(rounds: readonly Round[]): Throughput[] {
  return (rounds[0]?.ways ?? []).map(({ way }, index) => {
    const of = (field: Exclude<keyof Throughput, 'way'>): number =>
      median(rounds.map(({ ways }) => ways[index]?.[field] ?? Number.NaN));
    return {
      way,
      perSecond: of('perSecond'),
      toOneThread: of('toOneThread'),
      toAllThreads: of('toAllThreads'),
      p50Microseconds: of('p50Microseconds'),
      p99Microseconds: of('p99Microseconds'),
      addedMicroseconds: of('addedMicroseconds'),
    };
  });
}
