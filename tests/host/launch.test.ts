import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { launch } from '../../src/host/launch.ts';
import { runtimeDir } from '../../src/places/index.ts';

it('has the installed service start the daemon, where that has its socket in the same folder', async () => {
  const home = mkdtempSync(join(tmpdir(), 'signet-launch-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const units = join(home, 'config', 'systemd', 'user');
  mkdirSync(units, { recursive: true });
  writeFileSync(join(units, 'signet.service'), '');
  const systemctl = join(home, 'systemctl');
  writeFileSync(systemctl, `#!/bin/sh\necho "$@" >> '${home}/asked'\n`);
  chmodSync(systemctl, 0o755);
  const env = { PATH: home, HOME: home, XDG_CONFIG_HOME: join(home, 'config'), XDG_RUNTIME_DIR: join(home, 'run') };
  await launch(join(home, 'run', 'signet'), env);
  expect(readFileSync(join(home, 'asked'), 'utf8')).toBe('--user start --no-block signet.service\n');
});

it.each([
  ['darwin', 'launchctl', 'Library/LaunchAgents/signet.daemon.plist', /^kickstart gui\/\d+\/signet\.daemon\n$/],
  ['win32', 'schtasks', 'local/signet/signet-task.xml', /^\/Run \/TN Signet\n$/],
] as const)('on %s has %s do it, out of reach of a browser that ends what it started', async (platform, program, file, asked) => {
  const home = mkdtempSync(join(tmpdir(), 'signet-launch-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, file, '..'), { recursive: true });
  writeFileSync(join(home, file), '');
  writeFileSync(join(home, program), `#!/bin/sh\necho "$@" >> '${home}/asked'\n`, { mode: 0o755 });
  const env = { PATH: home, HOME: home, LOCALAPPDATA: join(home, 'local') };
  await launch(runtimeDir({ env, platform }), env, platform);
  expect(readFileSync(join(home, 'asked'), 'utf8')).toMatch(asked);
});
