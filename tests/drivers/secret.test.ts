import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/drivers/index.ts';

describe('a secret', () => {
  it('shows itself to nobody', () => {
    const secret = Secret.fromText('24680');
    for (const shown of [String(secret), `${secret}`, JSON.stringify({ secret }), inspect(secret), inspect({ a: [secret] })]) {
      expect(shown).toContain('[secret]');
      expect(shown).not.toMatch(/2.*4.*6.*8/);
    }
    expect(Object.keys(secret)).toEqual([]);
    expect(() => structuredClone({ text: secret })).not.toThrow();
    expect(structuredClone(secret)).toEqual({});
  });

  it('is zeroed by wipe, in the very bytes it took over, and cannot be used again', () => {
    const bytes = Buffer.from('24680');
    const secret = Secret.adopt(bytes);
    expect(secret.bytes).toBe(bytes);
    secret.wipe();
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(secret.wiped).toBe(true);
    expect(() => secret.bytes).toThrow('used and wiped');
    secret.wipe();
  });

  it('holds text as UTF-8 in memory of its own, outside of the pool that other buffers share', () => {
    const secret = Secret.fromText('pän');
    expect(secret.bytes.toString('utf8')).toBe('pän');
    expect(secret.bytes.buffer.byteLength).toBe(4);
  });
});
