import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Person, personAt, shimmed } from '../fixture/index.ts';
import { setStage } from '../fixture/stage.ts';
import { cleanEnvironment } from './daemon.ts';
import { typed } from './fake-terminal.ts';

const SEDE = 'https://sede.example.es';
const HERE = 'http://localhost:3000';

const at = setStage({ token: shimmed });
let person: Person;

beforeAll(async () => {
  person = await personAt(at.daemon, { pair: true, certificate: { remember: true } });
});
afterAll(() => person.leave());

const signet = (...argv: string[]) => {
  const env = { ...cleanEnvironment(at.daemon.home), SIGNET_RUNTIME_DIR: at.daemon.runtimeDir, NO_COLOR: '1' };
  return typed(['origins', ...argv], { env });
};
const told = async (...argv: string[]) => {
  const { code, out } = await signet(...argv, '--json');
  return { code, json: JSON.parse(out) };
};
const speak = (origin: string, act: string) =>
  at.daemon.call('POST', `/v1/site/${act}`, {}, { 'signet-origin': origin, 'signet-via': 'extension' });

it('lists no site, then what each may do and sees', async () => {
  expect((await signet('list')).out).toContain('You have not allowed any website');
  expect(await told('list')).toEqual({ code: 0, json: { origins: [] } });
  await speak(HERE, 'pairing');
  await speak(SEDE, 'pairing');
  await speak(SEDE, 'certificates');
  const { code, out } = await signet('list');
  expect(code).toBe(0);
  expect(out.indexOf(HERE)).toBeLessThan(out.indexOf(SEDE));
  expect(out).toMatch(/May +ask for your certificate, log you in, ask for signatures/);
  const [, { certificates }] = (await told('list')).json.origins;
  expect(out).toContain(`${certificates[0].holder}, until `);
  expect((await signet('list', '--language', 'es')).out).toContain('pedir su certificado');
});

it('narrows a site, and never gives it more', async () => {
  const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  const narrowed = await told('narrow', SEDE, '--rights', 'sign,certificates', '--until', day);
  expect(narrowed).toMatchObject({ code: 0, json: { origin: SEDE, rights: ['certificates', 'sign'] } });
  expect(narrowed.json.expiresAt).toBe(new Date(`${day}T23:59:59.999`).toISOString());
  const less = await signet('narrow', SEDE, '--rights', 'sign', '--until', new Date(Date.now() + 3_600_000).toISOString());
  expect(less).toMatchObject({ code: 0, out: expect.stringMatching(/may now do only this:[\s\S]*May +ask for signatures\n/) });
  expect(await told('narrow', SEDE, '--rights', 'authenticate')).toMatchObject({ code: 2, json: { code: 'invalid_request' } });
  expect(await told('narrow', SEDE, '--until', '2000-01-01')).toMatchObject({ code: 2, json: { code: 'invalid_request' } });
});

it('takes everything back from one', async () => {
  expect(await signet('revoke', SEDE)).toMatchObject({
    code: 0,
    out: expect.stringContaining(`${SEDE} may no longer do anything`),
  });
  expect((await told('list')).json.origins).toMatchObject([{ origin: HERE }]);
  expect(await signet('revoke', SEDE)).toMatchObject({ code: 2, err: expect.stringContaining(SEDE) });
  expect(await told('revoke', 'nonsense')).toMatchObject({ code: 2, json: { code: 'origin_not_found' } });
});

it('says what is wrong with how it was called', async () => {
  expect(await signet('narrow', HERE)).toMatchObject({ code: 2, err: expect.stringContaining('Nothing to take away was named') });
  for (const [option, value, expected] of [
    ['--rights', 'admin', 'certificates, authenticate, sign'],
    ['--rights', ',', 'certificates, authenticate, sign'],
    ['--until', 'tomorrow', '2026-12-31'],
    ['--until', '2026-13-45', '2026-12-31'],
    ['--until', '12/31/2026', '2026-12-31'],
    ['--until', '2026-12-31T10:00', '2026-12-31'],
  ] as const) {
    const { code, err } = await signet('narrow', HERE, option, value);
    expect({ code, err: err.replace(/\s+/g, ' ') }).toMatchObject({ code: 2, err: expect.stringContaining(expected) });
  }
});
