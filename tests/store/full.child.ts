import { rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Database, Ledger } from '../../src/store/index.ts';
import { bench, codeOf, pin } from '../tokens/fixture.ts';

// Runs on a file system of its own, so small that it can be filled: PINs before, while and after it is full.
const folder = process.argv[2] ?? '';
const ballast = join(folder, 'ballast');

function fill(): void {
  for (let size = 1_048_576; size >= 512; size /= 2) {
    try {
      for (;;) {
        const length = statSync(ballast, { throwIfNoEntry: false })?.size ?? 0;
        writeFileSync(ballast, Buffer.alloc(size, 1), { flag: 'a' });
        if ((statSync(ballast).size ?? 0) === length) break;
      }
    } catch {
      // Full for this size; a smaller piece may still fit.
    }
  }
}

const path = join(folder, 'signet.db');
let db = Database.open(path);
const one = await bench({ limit: 10, dialect: 'none' }, {}, db);
const told: Record<string, unknown> = {};
const caller = (n: number): { id: string } => ({ id: `caller${n}` });

told.before = await codeOf(one.tokens.login(one.token, caller(0), pin('000000')));
fill();
// The log has pages of its own to write over for a while; nothing may be presented once it has not.
let code = '';
let attempts = 0;
for (; attempts < 5_000 && code !== 'storage_unavailable'; attempts += 1) {
  one.audit.add({ caller: 'x', action: 'filler', outcome: 'x'.repeat(400) });
  one.audit.flush();
  code = one.audit.failure === null ? '' : await codeOf(one.tokens.login(one.token, caller(1), pin('000001')));
}
told.whileFull = code;
told.failed = one.audit.failure !== null;
told.presented = one.card.seen.length;
rmSync(ballast);
told.after = await codeOf(one.tokens.login(one.token, caller(2), pin('000002')));
told.sound = one.audit.firstBreak();
told.atMost = one.tokens.status(one.token, 'user').remaining?.atMost;
await one.tokens.stop();
db.close();
db = Database.open(path);
told.spent = new Ledger(db).count({ identity: one.token.identity, card: one.token.identity }, 'user').rejected;
writeSync(1, JSON.stringify(told));
