import { describe, expect, it } from 'vitest';
import { makeDossier, pressDossier } from '../../../src/procedures/cases/documents/index.ts';
import { attachment, sampleInput } from './sample.ts';

const input = sampleInput('certigna.unblock', { files: [attachment('form.pdf', 'x'.repeat(1_000))] });

describe('a dossier from its own thread', () => {
  it('is the same, byte for byte', async () => {
    expect(await pressDossier(input, 'fr')).toEqual(await makeDossier(input, 'fr'));
  });

  it('that takes too long is given up, and the next one is made', async () => {
    const late = pressDossier(input, 'en', 1);
    const next = pressDossier(input, 'en');
    await expect(late).rejects.toMatchObject({ code: 'case_dossier_failed' });
    expect((await next).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('that cannot be made says so, and breaks nothing else', async () => {
    const broken = { ...input, procedure: { ...input.procedure, steps: null as never } };
    await expect(pressDossier(broken, 'en')).rejects.toMatchObject({ code: 'case_dossier_failed' });
  });
});
