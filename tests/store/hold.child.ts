import { writeSync } from 'node:fs';
import { Database, StoreFailure } from '../../src/store/index.ts';

// Opens a database, says how that went, and holds it until its input ends.
try {
  Database.open(process.argv[2] ?? '');
  writeSync(1, 'open\n');
  process.stdin.resume();
} catch (error) {
  writeSync(1, error instanceof StoreFailure ? `${error.code}\n` : `${String(error)}\n`);
}
