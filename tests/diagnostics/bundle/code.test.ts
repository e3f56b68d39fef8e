import { describe, expect, it } from 'vitest';
import { ALPHABET, codeOf, newBundleId, readBundleId } from '../../../src/diagnostics/bundle/code.ts';

describe('the id of a bundle', () => {
  it('is two groups of four without look-alikes', () => {
    for (let round = 0; round < 200; round += 1) expect(newBundleId()).toMatch(/^[2-9A-HJKMNP-TW-Z]{4}-[2-9A-HJKMNP-TW-Z]{4}$/);
    expect(ALPHABET).not.toMatch(/[01OILUV]/);
  });

  it('is read as people say and type it', () => {
    const id = newBundleId();
    expect(readBundleId(id.toLowerCase().replace('-', ' '))).toBe(id);
    expect(readBundleId(`${id}2`)).toBeNull();
    expect(readBundleId('')).toBeNull();
    expect(readBundleId('0000-0000')).toBeNull();
  });

  it('shows one wrong character, whichever and wherever', () => {
    const id = newBundleId().replace('-', '');
    for (let at = 0; at < id.length; at += 1) {
      for (const other of ALPHABET) {
        if (other !== id[at]) expect(readBundleId(id.slice(0, at) + other + id.slice(at + 1))).toBeNull();
      }
    }
  });

  it('shows two neighbours that were swapped', () => {
    for (let round = 0; round < 50; round += 1) {
      const id = newBundleId().replace('-', '');
      for (let at = 0; at < id.length - 1; at += 1) {
        const swapped = id.slice(0, at) + id[at + 1] + id[at] + id.slice(at + 2);
        if (swapped !== id) expect(readBundleId(swapped)).toBeNull();
      }
    }
  });
});

it('makes codes of any length from bytes', () => {
  expect(codeOf(Buffer.alloc(0), 4)).toBe('2222');
  expect(codeOf(Buffer.alloc(32, 255), 6)).toHaveLength(6);
});
