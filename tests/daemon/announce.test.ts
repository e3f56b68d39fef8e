import { afterEach, expect, it } from 'vitest';
import { announce } from '../../src/daemon/announce.ts';
import { startTestDaemon, type TestDaemon } from '../fixture/index.ts';

let daemon: TestDaemon;
afterEach(() => daemon.dispose());

it('prints lines that work in another terminal, which has not this one’s settings', async () => {
  daemon = await startTestDaemon({ drivers: [] });
  const lines: string[] = [];
  if (daemon.rooms === undefined) throw new Error('the daemon runs elsewhere');
  await announce(daemon.rooms, 'en', (line) => lines.push(line));
  const folder = daemon.rooms.config.runtimeDir;
  expect(lines).toContain(`  npx signet sign README.md --runtime-dir ${folder}`);
  expect(lines).toContain(`  npx signet verify README.md --runtime-dir ${folder}`);
  expect(lines).toContain(`  npx signet console --runtime-dir ${folder}`);
});
