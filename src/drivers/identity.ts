import { createHash } from 'node:crypto';
import type { TokenFacts } from './driver.ts';

/**
 * The identity under which a token's tries are counted: a digest of manufacturer, model, serial number and label, so that it
 * survives restarts, ports and readers. Two tokens that report the same four values share one count, which errs on the safe
 * side. URL-safe, 22 characters.
 */
export function identityOf(facts: Pick<TokenFacts, 'manufacturer' | 'model' | 'serial' | 'label'>): string {
  const hash = createHash('sha256');
  for (const part of [facts.manufacturer, facts.model, facts.serial, facts.label]) {
    const bytes = Buffer.from(part, 'utf8');
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest('base64url').slice(0, 22);
}
