import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import { speak } from './speak.ts';

const OFF = { webeid: false, scs: false, nexu: false, afirma: false };

interface State {
  name: string;
  enabled: boolean;
  listening: string[];
  problem: string | null;
}

let home: string;
let daemon: TestDaemon | undefined;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'signet-bridges-'));
});
afterEach(async () => {
  await daemon?.dispose();
  daemon = undefined;
  rmSync(home, { recursive: true, force: true });
});

const start = async (bridges: object) => {
  daemon = await startTestDaemon({ home, settings: { bridges: { ...OFF, ...bridges } } });
  return daemon;
};
const state = async (name: string, headers: Record<string, string> = {}): Promise<State> => {
  const { bridges } = (await (daemon as TestDaemon).call('GET', '/v1/bridges', undefined, headers)).json;
  return bridges.find((each: State) => each.name === name);
};

/** A certificate for loopback where `signet install --local-tls` puts it. */
function makeTls(): string {
  const folder = join(home, 'state', 'tls');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const out = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', ...names, ...out],
    {
      stdio: 'ignore',
    },
  );
  return readFileSync(join(folder, 'cert.pem'), 'utf8');
}

describe('a bridge', () => {
  it('that is off listens nowhere, and says so', async () => {
    await start({});
    expect(await state('scs')).toEqual({ name: 'scs', enabled: false, listening: [], problem: null });
  });

  it('whose port is taken says by what name in the reader’s language, and keeps nothing else from starting', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      await start({ scs: true, scsPort: port, nexu: true, nexuPort: 0 });
      expect(await state('scs', { 'accept-language': 'fr' })).toEqual({
        name: 'scs',
        enabled: true,
        listening: [],
        problem: `le port ${port} est utilisé par un autre programme`,
      });
      expect((await state('nexu')).listening).toHaveLength(1);
    } finally {
      other.close();
    }
  });

  it('answers over TLS as well where there is a certificate', async () => {
    const ca = makeTls();
    await start({ scs: true, scsPort: 0, scsTlsPort: 0 });
    const { listening, problem } = await state('scs');
    expect([listening.map((url) => new URL(url).protocol), problem]).toEqual([['http:', 'https:'], null]);
    const { json } = await speak(`${listening[1]}/version`, { method: 'GET', origin: 'https://a.example.fi', ca });
    expect(json.version).toBe('1.1');
  });

  it('with a certificate that is none goes on without TLS, and says so', async () => {
    makeTls();
    writeFileSync(join(home, 'state', 'tls', 'cert.pem'), 'nothing of the kind');
    await start({ nexu: true, nexuPort: 0 });
    const { listening, problem } = await state('nexu');
    expect(listening.map((url) => new URL(url).protocol)).toEqual(['http:']);
    expect(problem).toContain('signet install --local-tls');
  });

  it('closes with the daemon, its connections too', async () => {
    await start({ scs: true, scsPort: 0 });
    const [base = ''] = (await state('scs')).listening;
    await speak(`${base}/version`, { method: 'GET', headers: { connection: 'keep-alive' } });
    await (daemon as TestDaemon).stop();
    await expect(speak(`${base}/version`, { method: 'GET' })).rejects.toThrow(/ECONNREFUSED|hang up/);
  });

  it('is named by SIGNET_BRIDGES, and none by an empty one', async () => {
    const { loadConfig } = await import('../../src/daemon/index.ts');
    const read = (value: string) => loadConfig({}, { XDG_CONFIG_HOME: home, SIGNET_BRIDGES: value }).bridges;
    expect(read('scs, nexu')).toMatchObject({ webeid: false, scs: true, nexu: true, afirma: false });
    expect(read('')).toMatchObject(OFF);
    expect(() => read('fortify')).toThrow(/bridges\.fortify/);
  });
});

it('a program of another user that says it is a page is turned away', async () => {
  await start({ nexu: true, nexuPort: 0, nexuTlsPort: 0 });
  const [base = ''] = (await state('nexu')).listening;
  // To the daemon every program is somebody else's now.
  const whoever = vi.spyOn(process, 'getuid').mockReturnValue(4_242);
  try {
    const { json, headers } = await speak(`${base}/rest/certificates`, { origin: 'https://sede.example.es', body: {} });
    expect(json).toMatchObject({ reason: 'ORIGIN_NOT_PAIRED' });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  } finally {
    whoever.mockRestore();
  }
});
