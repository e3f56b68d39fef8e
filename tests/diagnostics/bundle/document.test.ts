import { describe, expect, it } from 'vitest';
import { type BundleRooms, buildBundle, packBundle } from '../../../src/diagnostics/bundle/index.ts';
import { traces } from '../../e2e/encodings.ts';
import { CERTIFICATE, MACHINE, NOW, PERSONAL, rooms, TOKEN } from './rooms.ts';

const build = (more: Partial<BundleRooms> = {}, language = 'en') =>
  buildBundle({ rooms: rooms(more), language, now: new Date(NOW) });

describe('the document of a bundle', () => {
  it('tells what a help desk needs', async () => {
    const { document } = await build();
    expect(document).toMatchObject({
      format: 'signet-bundle',
      createdAt: NOW,
      versions: {
        signet: '0.1.0',
        system: 'Debian GNU/Linux 12 (bookworm)',
        arch: 'x64',
        languages: ['et_EE.UTF-8'],
        packages: { opensc: '0.23.0-0.3+deb12u2' },
      },
      settings: {
        port: 9711,
        drivers: 1,
        stateDir: '/…/signet/state',
        runtimeDir: '/run/user/…/signet',
        'proxy.authenticates': true,
      },
      drivers: [{ id: 'opensc', library: '/usr/lib/opensc-pkcs11.so', state: 'running', crashes: 1, lastError: 'SIGSEGV' }],
      diagnostics: { summary: { startHere: 'token.check-0' }, complete: true },
      cases: [{ procedureId: 'certigna-unblock', state: 'open', count: 2 }],
    });
    const [token] = document.tokens;
    expect(token).toMatchObject({
      model: 'PKCS#15 emulated',
      reader: 'REINER SCT cyberJack RFID standard 00 00',
      pin: { state: 'final_try', remaining: { atMost: 1 } },
    });
    expect(token?.certificates?.[0]).toMatchObject({
      issuer: 'CN=ESTEID2018,2.5.4.97=NTREE-10747013,O=SK ID Solutions AS,C=EE',
      key: 'ec P-384',
      notAfter: '2029-01-01T00:00:00.000Z',
      keyUsage: ['digitalSignature'],
      policies: ['1.3.6.1.4.1.51361.1.1.1'],
      qscd: true,
    });
    expect(token?.certificates?.[0]?.subject).toMatch(/^serialNumber=id-\w+, GN=name-\w+, SN=name-\w+, CN=name-\w+, C=EE$/);
  });

  it.each(PERSONAL)('holds %s in no spelling', async (value) => {
    const { zip } = await packBundle(await build());
    const { unzipSync } = await import('fflate');
    for (const bytes of Object.values(unzipSync(zip))) {
      const text = Buffer.from(bytes).toString('utf8');
      const plain = (each: string) => each.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
      expect(plain(text)).not.toContain(plain(value));
      expect(plain(text).replaceAll(' ', ',')).not.toContain(plain(value));
      // A value that is no digits has no BCD.
      const found = traces(Buffer.from(bytes), value).filter((how) => /^\d{8,}$/.test(value) || !how.includes('BCD'));
      expect(found).toEqual([]);
    }
  });

  it('gives one token one name everywhere, and another in the next bundle', async () => {
    const [first, second] = [(await build()).document, (await build()).document];
    const name = first.tokens[0]?.token ?? '';
    expect(name).toMatch(/^token-[2-9A-Z]{4}$/);
    expect(first.diagnostics?.checks[0]?.subject).toBe(name);
    expect(first.diagnostics?.checks[0]?.found).toBe(`the card of ${name} does not answer`);
    expect(first.audit.newest.map(({ token }) => token)).toEqual([name, name]);
    expect(first.attempts[0]?.token).toBe(name);
    expect(first.attempts[1]?.token).not.toBe(name);
    expect(first.log.lines[0]?.token).toBe(name);
    expect(first.diagnostics?.checks[0]?.evidence.key).toBe(first.tokens[0]?.serial);
    const names = (text: string) => new Set(text.match(/\b(?:token|name|serial|id|cert|client|user|host)-[2-9A-Z]{4}\b/g) ?? []);
    const shared = [...names(JSON.stringify(first))].filter((each) => names(JSON.stringify(second)).has(each));
    expect(names(JSON.stringify(first)).size).toBeGreaterThan(8);
    expect(shared.length).toBeLessThanOrEqual(1);
    expect(first.id).not.toBe(second.id);
  });

  it('is the same for the same salt, apart from its id', async () => {
    const salt = Buffer.alloc(32, 7);
    const made = await Promise.all([1, 2].map(() => buildBundle({ rooms: rooms(), language: 'en', now: new Date(NOW), salt })));
    expect({ ...made[0]?.document, id: '' }).toEqual({ ...made[1]?.document, id: '' });
  });

  it('takes no field that it does not know, wherever one is added', async () => {
    const planted = planting(rooms());
    const text = JSON.stringify((await buildBundle({ rooms: planted, language: 'en', now: new Date(NOW) })).document);
    expect(text).not.toMatch(/planted/i);
    expect(text).not.toContain('SECRET_OF_THE_SHELL');
    expect(JSON.parse(text).tokens).toHaveLength(1);
  });

  it('leaves values of the wrong kind out instead of failing', async () => {
    const wrong = { pass: {}, checks: 7, end: 'yes' };
    const { document } = await build({
      settings: () => ({ port: { evil: 1 }, stateDir: 7, logLevel: 'JÕEORG', deadlines: null }),
      diagnose: () => Promise.resolve(wrong),
      log: () => ({ lines: ['null', '7', '[]', '{', '{"time":"x","level":"JÕEORG","status":{}}'], dropped: 0 }),
    });
    expect(document.settings).toMatchObject({ port: null, stateDir: null, logLevel: null });
    expect(document.diagnostics).toMatchObject({ checks: [], complete: false });
    expect(JSON.stringify(document)).not.toContain('JÕEORG');
  });

  it('goes without what cannot be read', async () => {
    const { document } = await build({
      certificates: () => Promise.reject(Object.assign(new Error('JÕEORG'), { code: 'token_removed' })),
      diagnose: () => Promise.reject(new Error('JÕEORG')),
    });
    expect(document.tokens[0]).toMatchObject({ certificates: null, certificatesError: 'token_removed' });
    expect(document.diagnostics).toBeNull();
  });

  it('is made although the database cannot be read, and hides callers and tokens that nobody knows', async () => {
    const broken = () => {
      throw new Error('the database is locked');
    };
    const line = { level: 20, time: Date.parse(NOW), msg: 'request', caller: 'client:salaries', token: 'Gone0neTokenIdentity22' };
    const { document } = await build({
      audit: broken,
      attempts: broken,
      cases: broken,
      clients: broken,
      log: () => ({ lines: [JSON.stringify(line)], dropped: 0 }),
    });
    expect(document).toMatchObject({ audit: { sound: null, counts: [], newest: [] }, attempts: [], cases: [] });
    expect(document.log.lines[0]?.caller).toMatch(/^client-[2-9A-Z]{4}$/);
    expect(document.log.lines[0]?.token).toMatch(/^token-[2-9A-Z]{4}$/);
    expect((await packBundle(await build({ audit: broken }))).sizes.page).toBeGreaterThan(5_000);
  });

  it('knows a token that goes while the doctor looks', async () => {
    let there = true;
    const { document } = await build({
      tokens: () => (there ? [TOKEN] : []),
      diagnose: () => {
        there = false;
        return Promise.resolve({ checks: [{ id: 'token.present', found: `no ${TOKEN.label} ${CERTIFICATE.label}` }], end: true });
      },
    });
    expect(document.tokens).toEqual([]);
    expect(document.diagnostics?.checks[0]?.found).toMatch(/^no token-\w+ name-\w+$/);
  });

  it('keeps at most the last 2,000 lines of the log', async () => {
    const lines = Array.from({ length: 5_000 }, (_, n) =>
      JSON.stringify({ level: 30, time: Date.parse(NOW), msg: 'line', attempts: n }),
    );
    const { log } = (await build({ log: () => ({ lines, dropped: 11 }) })).document;
    expect(log.lines).toHaveLength(2_000);
    expect(log.lines.at(-1)?.attempts).toBe(4_999);
    expect(log).toMatchObject({ dropped: 11, leftOut: 3_000 });
  });

  it('takes of the log what lies between the marks of a recording', async () => {
    const line = (msg: string, more: object = {}) => JSON.stringify({ level: 30, time: Date.parse(NOW), msg, ...more });
    const mark = (phase: string) => line('mark', { recording: 'REC-7QK2M8', phase });
    const lines = [line('before'), mark('begin'), line('inside'), mark('end'), line('after')];
    const recording = { marker: 'REC-7QK2M8', startedAt: NOW, endedAt: NOW };
    const { log } = (await buildBundle({ rooms: rooms({ log: () => ({ lines, dropped: 0 }) }), language: 'en', recording }))
      .document;
    expect(log.lines.map(({ msg }) => msg)).toEqual(['mark', 'inside', 'mark']);
    expect(log.recording).toEqual(recording);
    const lost = (
      await buildBundle({ rooms: rooms({ log: () => ({ lines: lines.slice(2), dropped: 9 }) }), language: 'en', recording })
    ).document;
    expect(lost.log.lines.map(({ msg }) => msg)).toEqual(['inside', 'mark']);
  });

  it('names neither the home nor what lies in it', async () => {
    const { document } = await build();
    expect(document.diagnostics?.checks[0]?.evidence.file).toBe('~/…/card.so');
    expect(JSON.stringify(document)).not.toContain(MACHINE.home);
    expect(document.diagnostics?.checks[0]?.evidence).not.toHaveProperty('pin');
    expect(document.log.lines[1]?.stack).toEqual(['at run (src/api/server.ts:10:3)']);
  });
});

/** The same rooms, with a field too many in every object and a value that must not get anywhere. */
function planting(real: BundleRooms): BundleRooms {
  const plant = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plant);
    if (value instanceof Promise) return value.then(plant);
    if (typeof value !== 'object' || value === null) return value;
    const grown = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plant(each)]));
    return { ...grown, plantedField: 'PLANTED', planted: { deep: 'PLANTED' }, 'planted-list': ['PLANTED'] };
  };
  const entries = Object.entries(real).map(([name, room]) => [
    name,
    typeof room === 'function' ? (...args: unknown[]) => plant((room as (...given: unknown[]) => unknown)(...args)) : room,
  ]);
  const lines = () => ({
    dropped: 0,
    lines: real.log().lines.map((line) => (line.startsWith('{') ? JSON.stringify(plant(JSON.parse(line))) : line)),
  });
  return { ...(Object.fromEntries(entries) as BundleRooms), log: lines };
}
