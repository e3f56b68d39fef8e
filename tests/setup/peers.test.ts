import { describe, expect, it } from 'vitest';
import { PEERS } from '../../native-config/setup/system.mjs';

describe('what the tests need from Debian', () => {
  it('holds the package of every program and library that a backend asks for', () => {
    // systemd brings systemd-socket-activate, which starts a private pcscd; a machine without an init system lacks it.
    for (const name of [
      'opensc',
      'opensc-pkcs11',
      'opencryptoki',
      'pcscd',
      'vsmartcard-vpcd',
      'gcc',
      'openssl',
      'systemd',
      'chromium',
      'firefox-esr',
      'pinentry-curses',
      'pinentry-gtk2',
      'xvfb',
      'xdotool',
      'tmux',
      'libnss3-tools',
    ]) {
      expect(PEERS).toContain(name);
    }
  });
});
