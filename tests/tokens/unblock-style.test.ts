import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Unblock } from '../../src/drivers/index.ts';
import { unblockStyle } from '../../src/tokens/unblock-style.ts';
import { ScriptedDriver } from './scripted-driver.ts';

const folder = mkdtempSync(join(tmpdir(), 'opensc-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

function styleOf(conf: string): string | null {
  files += 1;
  const file = join(folder, `${files}.conf`);
  writeFileSync(file, conf);
  return unblockStyle(new ScriptedDriver(null, { quirks: { unblock: 'opensc-conf' }, environment: { OPENSC_CONF: file } }));
}

const PIV = 'user_pin_unblock_style = set_pin_in_unlogged_session;';
const block = (line: string): string => `app default { }\napp opensc-pkcs11 { pkcs11 { ${line} } }\n`;

test.each([
  ['a style', block(PIV), 'set-pin-unlogged'],
  ['the other one', block('user_pin_unblock_style = init_pin_in_so_session;'), 'init-pin-puk'],
  ['in quotes', block('user_pin_unblock_style="set_pin_in_unlogged_session" ;'), 'set-pin-unlogged'],
  ['a remark after it', block(`${PIV} # or init_pin_in_so_session\n`), 'set-pin-unlogged'],
  ['nothing', block(''), null],
  ['none', block('user_pin_unblock_style = none;'), null],
  ['a word of no style', block('user_pin_unblock_style = constructor;'), null],
  ['remarked out', block(`# ${PIV}\n`), null],
  ['remarked out behind something else', block(`max_virtual_slots = 32; # ${PIV}\n`), null],
  ['a hash in quotes is no remark', block(`label = "#1"; ${PIV}`), 'set-pin-unlogged'],
  ['the same twice', block(PIV) + block(PIV), 'set-pin-unlogged'],
  ['two that differ', block(PIV) + block('user_pin_unblock_style = init_pin_in_so_session;'), null],
])('%s', (_name, conf, expected) => {
  expect(styleOf(conf)).toBe(expected);
});

test('a file that is not there says nothing', () => {
  const environment = { OPENSC_CONF: join(folder, 'missing.conf') };
  expect(unblockStyle(new ScriptedDriver(null, { quirks: { unblock: 'opensc-conf' }, environment }))).toBeNull();
});

test('the driver’s own environment comes before the daemon’s', () => {
  const ours = join(folder, 'ours.conf');
  writeFileSync(ours, block(PIV));
  const driver = new ScriptedDriver(null, { quirks: { unblock: 'opensc-conf' } });
  expect(unblockStyle(driver, { OPENSC_CONF: ours })).toBe('set-pin-unlogged');
});

test.each<[Unblock, string | null]>([
  ['init-pin', 'init-pin'],
  ['set-pin-unlogged', 'set-pin-unlogged'],
  ['none', null],
  ['unknown', null],
])('the catalogue says %s', (unblock, expected) => {
  expect(unblockStyle(new ScriptedDriver(null, { quirks: { unblock } }), {})).toBe(expected);
});
