import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compilerMissing } from './compile.ts';
import { missing, OPENCRYPTOKI_LIBRARY, runInOpencryptoki, startInOpencryptoki } from './opencryptoki.ts';

const absent = missing();
const probing = `${import.meta.dirname}/opencryptoki/lock.ts`;
const CKR_PIN_INCORRECT = 0xa0;
const CKR_PIN_LOCKED = 0xa4;
const [low, final, locked] = [0x10000, 0x20000, 0x40000];
const [soLow, soFinal, soLocked] = [0x100000, 0x200000, 0x400000];

describe.skipIf(absent !== undefined)(`openCryptoki fixture ${absent ?? ''}`, () => {
  it('has a token ready that signs, locks after three wrong PINs, and is unblocked by the SO', async () => {
    const ended = await runInOpencryptoki(probing, { args: [OPENCRYPTOKI_LIBRARY] });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toEqual({
      token: { label: 'Signet locking', keys: [{ kind: 'rsa2048', id: '01' }] },
      signed: { ok: 256 },
      wrong: [
        { rv: CKR_PIN_INCORRECT, flags: low },
        { rv: CKR_PIN_INCORRECT, flags: final },
        { rv: CKR_PIN_INCORRECT, flags: locked },
        { rv: CKR_PIN_LOCKED, flags: locked },
      ],
      right: { rv: CKR_PIN_LOCKED, flags: locked },
      afterUnblock: 0,
      wrongSo: [
        { rv: CKR_PIN_INCORRECT, flags: soLow },
        { rv: CKR_PIN_INCORRECT, flags: soFinal },
        { rv: CKR_PIN_INCORRECT, flags: soLocked },
        { rv: CKR_PIN_LOCKED, flags: soLocked },
      ],
    });
  });

  it('passes on the exit code, standard error and the environment', async () => {
    const inside = startInOpencryptoki('sh', ['-c', 'echo "$WORD" >&2; exit 7'], { env: { WORD: 'canary' } });
    const [said] = (await once(inside.stderr, 'data')) as [Buffer];
    expect(said.toString()).toBe('canary\n');
    expect(await inside.ended).toEqual({ code: 7, signal: null });
  });

  it('keeps a long-lived command, passes on signals, and talks over its pipes', async () => {
    const inside = startInOpencryptoki('sh', [
      '-c',
      'trap "echo bye; exit 0" TERM; read word; echo "got $word"; while :; do read never; done',
    ]);
    const lines = createInterface({ input: inside.stdout })[Symbol.asyncIterator]();
    inside.stdin.write('hello\n');
    expect((await lines.next()).value).toBe('got hello');
    inside.signal('SIGTERM');
    expect((await lines.next()).value).toBe('bye');
    expect(await inside.ended).toEqual({ code: 0, signal: null });
  });

  it('takes everything inside with it when it is killed', async () => {
    const script = 'sleep 1000 & echo ready; read never';
    const inside = startInOpencryptoki('sh', ['-c', script]);
    await once(inside.stdout, 'data');
    inside.kill();
    // "close" comes only when no process holds the pipes any more, the background sleep and the slot daemon included.
    expect(await inside.ended).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('says which command could not be started', async () => {
    const inside = startInOpencryptoki('/nowhere', []);
    const [said] = (await once(inside.stderr, 'data')) as [Buffer];
    expect(said.toString()).toContain('/nowhere');
    expect((await inside.ended).code).toBe(127);
  });

  it('keeps two at once apart', async () => {
    const both = await Promise.all([1, 2].map(() => runInOpencryptoki(probing, { args: [OPENCRYPTOKI_LIBRARY] })));
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
  });
});

describe('what is missing', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is named with the package that brings it', () => {
    vi.stubEnv('PATH', '/nowhere');
    expect(compilerMissing()).toContain('apt-get install gcc');
    expect(missing()).toMatch(/apt-get install (util-linux|opencryptoki)/);
  });
});
