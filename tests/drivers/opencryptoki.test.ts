import { describe, expect, it } from 'vitest';
import { CKR } from '../../src/drivers/index.ts';
import { missing, runInOpencryptoki } from '../backends/opencryptoki.ts';
import { here } from './rig.ts';

const why = missing();

/** What the child inside the namespace saw; see opencryptoki.child.ts. */
interface Seen {
  answers: { rv: number; step: string; knownWrong?: boolean; proven?: boolean }[];
  flags: number[];
  verified: boolean;
}

describe.skipIf(why)(`a token that really locks${why ? `: ${why}` : ''}`, () => {
  it('is locked by three wrong values and by no fewer, says so, and is unblocked by the SO PIN', async () => {
    const { code, stdout, stderr } = await runInOpencryptoki(here('opencryptoki.child.ts'));
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const { answers, flags, verified } = JSON.parse(stdout) as Seen;
    expect(answers).toEqual([
      { rv: CKR.CKR_PIN_INCORRECT, step: 'login' },
      { rv: CKR.CKR_PIN_INCORRECT, step: 'prepare', knownWrong: true },
      { rv: CKR.CKR_PIN_INCORRECT, step: 'prepare', knownWrong: true },
      { rv: CKR.CKR_PIN_INCORRECT, step: 'login' },
      { rv: CKR.CKR_OK, step: 'login' },
      { rv: CKR.CKR_PIN_INCORRECT, step: 'login' },
      { rv: CKR.CKR_PIN_INCORRECT, step: 'login' },
      { rv: CKR.CKR_PIN_INCORRECT, step: 'login' },
      { rv: CKR.CKR_PIN_LOCKED, step: 'login' },
      { rv: CKR.CKR_OK, step: 'init-pin', proven: true },
      { rv: CKR.CKR_OK, step: 'login' },
      { rv: CKR.CKR_OK, step: 'set-pin' },
    ]);
    const [LOW, FINAL, LOCKED] = [0x10000, 0x20000, 0x40000];
    expect(flags).toEqual([LOW, LOW, LOW, FINAL, 0, LOW, FINAL, LOCKED, LOCKED, 0, 0, 0]);
    expect(verified).toBe(true);
  });
});
