import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestDaemon, type TestDaemon } from '../../fixture/index.ts';
import { hasNamespaces } from '../../store/namespace.ts';

const root = process.getuid?.() === 0;
const UNSHARE = ['unshare', ...(root ? ['--mount'] : ['--user', '--map-root-user', '--mount']), 'sh', '-c'];
const PDF = Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(30_000, 0x20), Buffer.from('\n%%EOF\n')]);
const BYTES = { 'content-type': 'application/octet-stream' };

let daemon: TestDaemon;
afterEach(() => daemon.dispose());

describe.runIf(hasNamespaces)('a disk that fills up', () => {
  it('refuses the write, keeps the case as it was, and takes it when there is room again', async () => {
    daemon = await startTestDaemon({
      settings: { stateDir: '/mnt/state' },
      child: true,
      within: [...UNSHARE, 'mount -t tmpfs -o size=1m tmpfs /mnt && exec "$@"', 'sh'],
    });
    const mount = `/proc/${daemon.pid}/root/mnt`;
    const { id } = (await daemon.call('POST', '/v1/cases', { procedureId: 'certigna.unblock' })).json;
    spawnSync('sh', ['-c', `cat /dev/zero >${mount}/filler`]);
    const attach = (version: number) => daemon.call('POST', `/v1/cases/${id}/files?version=${version}&name=form.pdf`, PDF, BYTES);
    let version = 1;
    let refused = await attach(version);
    // What fits into pages that exist already may still be written.
    for (; refused.status === 201 && version < 40; refused = await attach(version)) version = refused.json.version;
    expect(refused).toMatchObject({ status: 503, json: { code: 'storage_unavailable' } });
    const before = (await daemon.call('GET', `/v1/cases/${id}`)).json;
    expect(before.version).toBe(version);
    expect(before.files).toHaveLength(version - 1);
    expect(before.history).toHaveLength(version);
    rmSync(`${mount}/filler`);
    expect(await attach(version)).toMatchObject({ status: 201, json: { version: version + 1 } });
    expect((await daemon.call('GET', '/v1/audit')).json.sound).toBe(true);
  });
});
