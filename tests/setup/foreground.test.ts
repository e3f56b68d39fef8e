import { describe, expect, it } from 'vitest';
import { checkout, start } from './checkout.ts';

const runner = `
import { foreground } from './setup/foreground.mjs';
process.exitCode = await foreground(process.execPath, [process.argv[2]]);
`;
const program = (onSignal: string) => `
process.on('SIGINT', () => { ${onSignal} }).on('SIGTERM', () => { ${onSignal} });
setInterval(() => {}, 1000);
console.log('at work');
`;

function begin(code: string) {
  const base = checkout({ 'native-config/runner.mjs': runner, 'program.mjs': code }, { dependencies: false });
  return start(base, 'native-config/runner.mjs', ['program.mjs']);
}

describe('a program in the foreground', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'hears of a %s that only its starter got, and its exit code is the end of both',
    async (signal) => {
      const { child, said, ended } = begin(program("console.log('closing'); process.exit(5);"));
      await said('at work');
      child.kill(signal);
      expect(await ended).toEqual({ code: 5, signal: null, out: 'at work\nclosing\n' });
    },
  );

  it('hears a signal once, however often it is sent', async () => {
    const { child, said, ended } = begin(program("console.log('closing'); setTimeout(() => process.exit(0), 300);"));
    await said('at work');
    child.kill('SIGTERM');
    await said('closing');
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    expect((await ended).out).toBe('at work\nclosing\n');
  });

  it('that a signal ends, ends its starter by the same signal', async () => {
    const { said, ended } = begin("console.log('at work'); process.kill(process.pid, 'SIGKILL');");
    await said('at work');
    expect(await ended).toMatchObject({ code: null, signal: 'SIGKILL' });
  });
});
