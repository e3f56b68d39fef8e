import { writeSync } from 'node:fs';
import { Database, Ledger } from '../../src/store/index.ts';

// Makes attempts until it is killed, and says each step once the ledger has returned from it.
const ledger = new Ledger(Database.open(process.argv[2] ?? ''));
writeSync(1, 'ready\n');
for (;;) {
  const id = ledger.begin({
    identity: 'card',
    card: 'card',
    kind: 'user',
    purpose: 'login',
    caller: 'a',
    stateBefore: 'low',
    atMost: null,
  });
  writeSync(1, `begun ${id}\n`);
  ledger.end(id, 'rejected', 'CKR_PIN_INCORRECT', { successResets: true });
  writeSync(1, `ended ${id}\n`);
}
