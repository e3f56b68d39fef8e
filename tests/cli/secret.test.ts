import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { SecretLines } from '../../src/cli/secret-stdin.ts';
import { askSecret } from '../../src/cli/secret-terminal.ts';
import type { Input } from '../../src/cli/terminal.ts';
import { fakeTerminal } from './fake-terminal.ts';

async function type(...keys: string[]): Promise<{ secret: string; err: string; raw: boolean | undefined }> {
  const terminal = fakeTerminal({ env: {} });
  const asked = askSecret(terminal, 'PIN: ');
  for (const key of keys) (terminal.stdin as unknown as PassThrough).write(Buffer.from(key));
  const secret = (await asked).toString('utf8');
  return { secret, err: terminal.err(), raw: terminal.stdin.isRaw };
}

describe('askSecret', () => {
  it('takes what is typed, in one piece or key by key, and shows none of it', async () => {
    const whole = await type('123456\r');
    expect(whole).toEqual({ secret: '123456', err: 'PIN: \n', raw: false });
    expect((await type('1', '2', '3', '\n')).secret).toBe('123');
  });

  it('turns the echo off before the prompt shows, for those who type at once', async () => {
    const terminal = fakeTerminal({ env: {} });
    const raw: (boolean | undefined)[] = [];
    const write = terminal.stderr.write.bind(terminal.stderr);
    terminal.stderr.write = (chunk: string | Uint8Array) => {
      raw.push(terminal.stdin.isRaw);
      return write(chunk);
    };
    const asked = askSecret(terminal, 'PIN: ');
    (terminal.stdin as unknown as PassThrough).write('1\r');
    await asked;
    expect(raw[0]).toBe(true);
  });

  it('knows how to rub out, a character of several bytes at once, and to start over', async () => {
    expect((await type('12é\u007f3\b4\r')).secret).toBe('124');
    expect((await type('\u007f\u007f1\r')).secret).toBe('1');
    expect((await type('999\u00151\r')).secret).toBe('1');
  });

  it('passes over keys that are no characters', async () => {
    expect((await type('1\u001b[A2\u001b[3~3\u001bOP4\t\r')).secret).toBe('1234');
  });

  it.each([
    ['Ctrl-C', '12\u0003'],
    ['Ctrl-D', '12\u0004'],
    ['nothing at all', '\r'],
  ])('is called off by %s, and gives the terminal back', async (_name, keys) => {
    const terminal = fakeTerminal({ env: {} });
    const asked = askSecret(terminal, 'PIN: ');
    (terminal.stdin as unknown as PassThrough).write(keys);
    await expect(asked).rejects.toMatchObject({ code: 'prompt_cancelled' });
    expect(terminal.stdin.isRaw).toBe(false);
    expect(terminal.stdin.listenerCount('data')).toBe(0);
  });

  it('is called off when the terminal goes away', async () => {
    const terminal = fakeTerminal({ env: {} });
    const asked = askSecret(terminal, 'PIN: ');
    (terminal.stdin as unknown as PassThrough).end();
    await expect(asked).rejects.toMatchObject({ code: 'prompt_cancelled' });
  });

  it('zeroes the chunk that came from the terminal', async () => {
    const terminal = fakeTerminal({ env: {} });
    const chunk = Buffer.from('123456\r');
    const asked = askSecret(terminal, '');
    terminal.stdin.emit('data', chunk);
    await asked;
    expect(chunk).toEqual(Buffer.alloc(7));
  });
});

describe('SecretLines', () => {
  const lines = (...chunks: string[]): SecretLines => {
    const input = new PassThrough();
    for (const chunk of chunks) input.write(Buffer.from(chunk));
    input.end();
    return new SecretLines(input as unknown as Input);
  };

  it('reads line by line, however they arrive and end', async () => {
    const source = lines('12', '34\r\nab', 'cd\nlast');
    expect((await source.next()).toString()).toBe('1234');
    expect((await source.next()).toString()).toBe('abcd');
    expect((await source.next()).toString()).toBe('last');
    await expect(source.next()).rejects.toMatchObject({ code: 'stdin_empty', exit: 4 });
  });

  it('gives an empty line as one, and refuses none and an endless one', async () => {
    expect((await lines('\n').next()).length).toBe(0);
    await expect(lines().next()).rejects.toMatchObject({ code: 'stdin_empty' });
    await expect(lines('x'.repeat(5000)).next()).rejects.toMatchObject({ code: 'stdin_line_too_long' });
  });

  it('keeps blanks, which a PIN may hold', async () => {
    expect((await lines(' 12 \n').next()).toString()).toBe(' 12 ');
  });
});
