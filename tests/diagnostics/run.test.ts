import { describe, expect, it } from 'vitest';
import { type Check, type CheckId, type Finding, runChecks, summarise } from '../../src/diagnostics/index.ts';
import { view } from './checks/world.ts';

type Run = Check['run'];

function check(id: CheckId, answer: Run | Finding | readonly Finding[], rest: Partial<Check> = {}): Check {
  const run: Run = typeof answer === 'function' ? answer : async () => answer;
  return { id, severity: 'error', dependsOn: [], run, ...rest };
}

const pass = { result: 'pass' } as const;
const fail = { result: 'fail' } as const;

async function results(checks: readonly Check[], options: Parameters<typeof runChecks>[1] = {}) {
  const report = await runChecks(view(), { checks, ...options });
  return report.checks.map(({ id, result, subject, skippedBecause }) =>
    [id, result, ...(subject === undefined ? [] : [subject]), ...(skippedBecause === undefined ? [] : [skippedBecause])].join(
      ' ',
    ),
  );
}

describe('what depends on what', () => {
  it('skips the consequences of a failure, and theirs, and names the reason', async () => {
    const checks = [
      check('a.one', fail),
      check('a.two', pass, { dependsOn: ['a.one'] }),
      check('a.three', pass, { dependsOn: ['a.two'] }),
    ];
    expect(await results(checks)).toEqual(['a.one fail', 'a.two skip depends:a.one', 'a.three skip depends:a.two']);
  });

  it('goes on after a warning, an unknown, and a matter that does not arise', async () => {
    for (const answer of [{ result: 'warn' }, { result: 'unknown' }, { result: 'pass', notNeeded: true }] as const) {
      const [, child] = await results([check('a.one', answer), check('a.two', pass, { dependsOn: ['a.one'] })]);
      expect(child).toBe('a.two pass');
    }
  });

  it('leaves out what a warning explains, when the warning says so', async () => {
    const warn = { result: 'warn', holdsUp: true } as const;
    expect(await results([check('a.one', warn), check('a.two', pass, { dependsOn: ['a.one'] })])).toEqual([
      'a.one warn',
      'a.two skip depends:a.one',
    ]);
    const some = [
      { ...warn, subject: 'x' },
      { ...pass, subject: 'y' },
    ];
    const child = check(
      'a.two',
      [
        { ...fail, subject: 'x' },
        { ...pass, subject: 'y' },
      ],
      { dependsOn: ['a.one'] },
    );
    expect((await results([check('a.one', some), child])).slice(2)).toEqual(['a.two pass y', 'a.two skip x depends:a.one']);
  });

  it('does not run what is skipped', async () => {
    let ran = false;
    const note: Run = async () => {
      ran = true;
      return pass;
    };
    const child = check('a.two', note, { dependsOn: ['a.one'] });
    await results([check('a.one', fail), child]);
    expect(ran).toBe(false);
  });

  it('holds up only the subjects that failed, and their consequences', async () => {
    const both = (first: Finding['result']): Finding[] => [
      { result: first, subject: 'x' },
      { result: 'pass', subject: 'y' },
    ];
    const checks = [
      check('a.one', both('fail')),
      check('a.two', both('fail'), { dependsOn: ['a.one'] }),
      check('a.three', both('pass'), { dependsOn: ['a.two'] }),
    ];
    expect(await results(checks)).toEqual([
      'a.one fail x',
      'a.one pass y',
      'a.two pass y',
      'a.two skip x depends:a.one',
      'a.three pass y',
      'a.three skip x depends:a.one',
    ]);
  });

  it('skips everything when no subject is left', async () => {
    const checks = [
      check('a.one', [{ ...fail, subject: 'x' }]),
      check('a.two', [{ ...pass, subject: 'x' }], { dependsOn: ['a.one'] }),
    ];
    expect(await results(checks)).toEqual(['a.one fail x', 'a.two skip depends:a.one']);
  });

  it('lets a check that may pass anyway pass, and nothing else', async () => {
    const anyway = (answer: Finding): Check[] => [
      check('a.one', fail),
      check('a.two', answer, { dependsOn: ['a.one'], passesAnyway: true }),
      check('a.three', pass, { dependsOn: ['a.two'] }),
    ];
    expect(await results(anyway(pass))).toEqual(['a.one fail', 'a.two pass', 'a.three pass']);
    expect((await results(anyway(fail))).slice(1)).toEqual(['a.two skip depends:a.one', 'a.three skip depends:a.two']);
  });

  it('asks a check that was asked for by its id without those it depends on', async () => {
    const checks = [check('a.one', fail), check('a.two', pass, { dependsOn: ['a.one'] })];
    expect(await results(checks, { ids: ['a.two'] })).toEqual(['a.two pass']);
  });
});

describe('what is run', () => {
  it('leaves out what must be asked for, and what is for other systems unless asked for', async () => {
    const checks = [check('a.one', pass, { optIn: true }), check('a.two', pass, { platforms: [] }), check('a.three', pass)];
    expect(await results(checks)).toEqual(['a.three pass']);
    expect(await results(checks, { ids: ['a.one', 'a.two'] })).toEqual(['a.one pass', 'a.two skip platform']);
  });

  it('is at most four checks at once, in the order of the registry', async () => {
    let [now, most] = [0, 0];
    const waiting: (() => void)[] = [];
    const started: string[] = [];
    const checks = Array.from({ length: 9 }, (_, n) =>
      check(`a.n${n}`, async () => {
        started.push(`a.n${n}`);
        now += 1;
        most = Math.max(most, now);
        if (started.length < 9 && waiting.length < 3) await new Promise<void>((resolve) => waiting.push(resolve));
        else for (const go of waiting.splice(0)) go();
        now -= 1;
        return pass;
      }),
    );
    expect(await results(checks)).toHaveLength(9);
    expect(most).toBe(4);
    expect(started).toEqual(checks.map(({ id }) => id));
  });
});

describe('a check that goes wrong', () => {
  it('is unknown when it throws, at once or later, with the code and never the message', async () => {
    const thrown = Object.assign(new Error('the PIN is 123456'), { code: 'EIO' });
    const checks = [
      check('a.one', () => {
        throw thrown;
      }),
      check('a.two', async () => Promise.reject(thrown)),
      check('a.three', () => Promise.reject('123456')),
    ];
    const report = await runChecks(view(), { checks });
    expect(report.checks.map(({ result, evidence }) => [result, evidence.error])).toEqual([
      ['unknown', 'EIO'],
      ['unknown', 'EIO'],
      ['unknown', 'unknown'],
    ]);
    expect(JSON.stringify(report)).not.toContain('123456');
  });

  it('is unknown after its own deadline, with its signal aborted, and the others are not', async () => {
    let aborted = false;
    const slow = check('a.slow', (_view, signal) => new Promise(() => signal.addEventListener('abort', () => (aborted = true))), {
      timeout: 30,
    });
    const report = await runChecks(view(), { checks: [slow, check('a.two', pass)] });
    expect(report.checks.map(({ result }) => result)).toEqual(['unknown', 'pass']);
    expect(report.checks[0]?.evidence).toMatchObject({ error: 'timeout' });
    expect(aborted).toBe(true);
  });

  it('ends when the run is called off, and what comes after is left out', async () => {
    const call = new AbortController();
    const checks = [
      check('a.one', async () => {
        call.abort();
        return new Promise(() => undefined);
      }),
      check('a.two', pass, { dependsOn: ['a.one'] }),
    ];
    expect(await results(checks, { signal: call.signal })).toEqual(['a.one unknown', 'a.two skip cancelled']);
  });

  it('is a pass when it finds nothing', async () => {
    expect(await results([check('a.one', [])])).toEqual(['a.one pass']);
  });
});

describe('the results', () => {
  it('come in the order of the registry, as soon as those before them are there', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const heard: string[] = [];
    const checks = [
      check('a.one', pass),
      check('a.two', () => gate.then(() => pass)),
      check('a.three', async () => {
        release();
        return pass;
      }),
    ];
    await runChecks(view(), { checks, onResult: ({ id }) => heard.push(id) });
    expect(heard).toEqual(['a.one', 'a.two', 'a.three']);
  });

  it('are the same each time but for how long they took', async () => {
    const checks = [check('a.one', { ...fail, evidence: { b: 1, a: 2 } }), check('a.two', pass, { dependsOn: ['a.one'] })];
    const once = async () =>
      JSON.stringify(await runChecks(view(), { checks }), (key, value) => (key === 'durationMs' ? 0 : value));
    expect(await once()).toBe(await once());
  });

  it('go on when the listener fails', async () => {
    const onResult = (): void => {
      throw new Error('gone');
    };
    expect(await results([check('a.one', pass), check('a.two', pass)], { onResult })).toHaveLength(2);
  });

  it('are counted by check, each as its worst about any subject', async () => {
    const three: Finding[] = [
      { result: 'pass', subject: 'a' },
      { result: 'warn', subject: 'b' },
      { result: 'fail', subject: 'c' },
    ];
    const checks = [
      check('a.one', three),
      check('a.two', three, { dependsOn: ['a.one'] }),
      check('a.three', [pass, pass]),
      check('a.four', { result: 'pass', notNeeded: true }),
      check('a.five', [pass, { result: 'unknown' }]),
    ];
    const { summary } = await runChecks(view(), { checks });
    expect(summary).toEqual({ pass: 1, warn: 1, fail: 1, skip: 1, unknown: 1, startHere: 'a.one' });
  });

  it('point to the gravest failure first, and among equals to the one that holds up most', () => {
    const judged = (id: string, result: 'fail' | 'warn' | 'skip', severity: 'error' | 'warning', because?: string) => ({
      id,
      result,
      severity,
      skippedBecause: because,
    });
    const checks = [
      judged('a.hint', 'fail', 'warning'),
      judged('a.small', 'fail', 'error'),
      judged('a.great', 'fail', 'error'),
      judged('b.one', 'skip', 'error', 'depends:a.great'),
      judged('b.two', 'skip', 'error', 'depends:b.one'),
      judged('b.three', 'skip', 'error', 'depends:a.small'),
    ];
    expect(summarise(checks).startHere).toBe('a.great');
    expect(summarise(checks.slice(0, 1)).startHere).toBe('a.hint');
    expect(summarise([judged('a.one', 'warn', 'warning')]).startHere).toBe('a.one');
    expect(summarise([])).toEqual({ pass: 0, warn: 0, fail: 0, skip: 0, unknown: 0, startHere: null });
  });
});
