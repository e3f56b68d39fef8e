import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessionScreen } from '../../../src/prompt/pinentry/session.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-session-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A `systemctl` that answers so. */
function systemctl(script: string): NodeJS.ProcessEnv {
  const path = join(folder, 'systemctl');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { PATH: `${folder}:/usr/bin:/bin`, XDG_RUNTIME_DIR: folder };
}

describe('the screen of a session that began after the daemon', () => {
  it('is what the user’s systemd was told', async () => {
    const env = systemctl(
      '[ "$*" = "--user show-environment" ] && printf "HOME=/h\\nDISPLAY=:0\\nXAUTHORITY=/run/x auth\\nWAYLAND_DISPLAY=wayland-0\\nLD_PRELOAD=/evil.so\\n"',
    );
    expect(await sessionScreen(env, 'linux')).toEqual({ DISPLAY: ':0', XAUTHORITY: '/run/x auth', WAYLAND_DISPLAY: 'wayland-0' });
  });

  it.each([
    ['there is one in the environment', { DISPLAY: ':7' }, 'linux'],
    ['the system is another', {}, 'darwin'],
    ['there is no runtime folder', { XDG_RUNTIME_DIR: undefined }, 'linux'],
  ] as const)('is not asked for where %s', async (_where, change, platform) => {
    const env = { ...systemctl('touch asked; echo DISPLAY=:0'), ...change };
    expect(await sessionScreen(env, platform)).toEqual({});
  });

  it.each([
    ['fails', 'echo DISPLAY=:0; exit 1'],
    ['says nothing of the kind', 'echo hello'],
    ['quotes it', 'echo "DISPLAY=\\$\':0\'"'],
    ['never answers', 'exec sleep 30'],
  ])('is unknown where systemd %s', async (_what, script) => {
    expect(await sessionScreen(systemctl(script), 'linux')).toEqual({});
  });
});
