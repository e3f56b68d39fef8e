import { afterAll, describe, expect, it } from 'vitest';
import { startTestDaemon, type TestDaemon } from '../../fixture/index.ts';

const ROUNDS = 10;
const PDF = Buffer.from(`%PDF-1.4\n${'%'.repeat(20_000)}\n%%EOF\n`);

let daemon: TestDaemon;
afterAll(() => daemon.dispose());

/** Writes notes, steps and files until the daemon is gone; returns the last version that was acknowledged. */
async function write(id: string, from: number, told: string[]): Promise<number> {
  let version = from;
  for (let number = 0; ; number += 1) {
    const text = `v${version} ${'x'.repeat(Math.floor(Math.random() * 4_000))}`;
    try {
      const answer =
        number % 5 === 4
          ? await daemon.call('POST', `/v1/cases/${id}/files?version=${version}&name=v${version}.pdf`, PDF, {
              'content-type': 'application/octet-stream',
            })
          : number % 5 === 3
            ? await daemon.call('POST', `/v1/cases/${id}/steps/request`, { version, note: text })
            : await daemon.call('POST', `/v1/cases/${id}/notes`, { version, text });
      if (answer.json?.code === 'case_full') {
        const { files } = (await daemon.call('GET', `/v1/cases/${id}/files`)).json;
        const removed = await daemon.call('DELETE', `/v1/cases/${id}/files/${files[0].id}?version=${version}`);
        if (removed.status === 204) version += 1;
        continue;
      }
      expect(answer.status).toBeLessThan(300);
      if (number % 5 < 3) told.push(text);
      version = answer.json.version;
    } catch (error) {
      if (error instanceof Error && 'code' in error) return version;
      throw error;
    }
  }
}

describe(`${ROUNDS} times`, () => {
  it(
    'the daemon is killed at some moment of a write, and everything that was acknowledged is there, once and whole',
    async () => {
      daemon = await startTestDaemon({ child: true });
      const { id } = (await daemon.call('POST', '/v1/cases', { procedureId: 'certigna.unblock' })).json;
      const told: string[] = [];
      let version = 1;
      for (let round = 0; round < ROUNDS; round += 1) {
        const going = write(id, version, told);
        await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 120));
        await daemon.kill9();
        const acknowledged = await going;
        daemon = await startTestDaemon({ child: true, home: daemon.home });
        const one = (await daemon.call('GET', `/v1/cases/${id}`)).json;
        // The last write may have come through without its answer; no other may.
        expect(one.version - acknowledged).toBeGreaterThanOrEqual(0);
        expect(one.version - acknowledged).toBeLessThanOrEqual(1);
        expect(one.history.map(({ seq }: { seq: number }) => seq)).toEqual(
          Array.from({ length: one.version }, (_, index) => index + 1),
        );
        const notes = one.notes.map(({ text }: { text: string }) => text);
        for (const text of told) expect(notes).toContain(text);
        expect(notes.length - told.length).toBeLessThanOrEqual(1);
        if (notes.length > told.length) told.push(notes.at(-1));
        const added = one.history.filter(({ what }: { what: string }) => what === 'file_added').length;
        const removed = one.history.filter(({ what }: { what: string }) => what === 'file_removed').length;
        expect(one.files.length).toBe(added - removed);
        version = one.version;
      }
      expect(version).toBeGreaterThan(ROUNDS);
      const { files } = (await daemon.call('GET', `/v1/cases/${id}/files`)).json;
      for (const { id: fileId } of files)
        expect((await daemon.call('GET', `/v1/cases/${id}/files/${fileId}`)).text).toBe(PDF.toString());
      const { json } = await daemon.call('GET', '/v1/audit?limit=1');
      expect(json.sound).toBe(true);
    },
    60_000 + ROUNDS * 10_000,
  );
});
