import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Need, Procedure, Step, Texts } from '../../src/procedures/index.ts';

export const texts = (en: string): Texts => ({ en, fr: `fr ${en}`, es: `es ${en}` });

export function step(id: string, more: Partial<Step> = {}): Step {
  return {
    id,
    who: 'holder',
    action: texts(`Do ${id}.`),
    details: [],
    needs: [],
    channel: 'web',
    contact: null,
    waitsFor: null,
    after: [],
    notBefore: null,
    onlyIf: null,
    ...more,
  };
}

export const need = (id: string): Need => ({ id, kind: 'document', text: texts(id) });

/** A procedure of an organisation of nobody's, complete and right. */
export function sample(more: Partial<Procedure> = {}): Procedure {
  return {
    id: 'acme.unblock',
    issuer: 'Acme',
    programme: null,
    country: null,
    purpose: 'unblock',
    title: texts('Unblock an Acme key'),
    summary: [texts('It is blocked.')],
    match: { issuerDn: ['O=Acme'], tokenManufacturer: [], tokenModel: [], atr: [], generic: false },
    tries: null,
    pathway: 'online',
    steps: [step('ask')],
    fee: null,
    free: null,
    turnaround: null,
    validity: null,
    renewalWindow: null,
    contacts: [],
    risks: [],
    afterPukBlocked: null,
    cautions: [],
    sources: [{ id: 'intranet', title: 'Intranet', url: null, published: '2026-01-15', updated: null, note: null }],
    verified: '2026-02-01',
    confidence: 'high',
    ...more,
  };
}

/** A folder for procedure files. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'signet-procedures-'));

  write(name: string, content: string | Buffer | object): string {
    const file = join(this.path, name);
    const text = typeof content === 'string' || Buffer.isBuffer(content) ? content : `${JSON.stringify(content, null, 2)}\n`;
    writeFileSync(file, text);
    return file;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
