import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Audit, Database } from '../../src/store/index.ts';
import { createSoftHsm } from '../backends/softhsm.ts';
import { startTestDaemon } from '../fixture/index.ts';
import { examine, expectRootCause, folder } from './broken.ts';

/** Writes into the database of `home` what a daemon would have, when the clock was three days ahead of what it is now. */
function recordInFuture(home: string): void {
  const state = join(home, 'state');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const database = Database.open(join(state, 'signet.db'));
  const audit = new Audit(database, { now: () => new Date(Date.now() + 3 * 86_400_000) });
  audit.addNow({ caller: 'local', action: 'pin.logout', outcome: 'ok' });
  database.close();
}

it('a clock that was set back is the root cause, and certificates are not judged by it', async () => {
  using home = folder();
  recordInFuture(home.path);
  const token = await createSoftHsm();
  try {
    const report = await examine(home.path, [{ path: token.library, environment: token.env }]);
    expectRootCause(report, 'os.clock', ['cert.validity']);
  } finally {
    token.dispose();
  }
});

it('a running daemon says so too', async () => {
  using home = folder();
  recordInFuture(home.path);
  const daemon = await startTestDaemon({ home: home.path, child: true });
  try {
    const { status, json } = await daemon.call('GET', '/v1/diagnostics?check=os.clock');
    expect(status).toBe(200);
    expect(json.checks).toMatchObject([{ id: 'os.clock', result: 'fail', evidence: { from: 'records' } }]);
    expect(json.checks[0].fix).toMatch(/Set date and time/);
  } finally {
    await daemon.dispose();
  }
});
