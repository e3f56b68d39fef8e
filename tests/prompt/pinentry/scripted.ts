import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of pinentries that do what a test writes down. */
export class Scripted {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'signet-pinentry-'));

  /**
   * Writes a pinentry that greets, agrees to everything and answers GETPIN and CONFIRM by `answer`, lines of shell. What it is
   * told is kept. Returns its path.
   */
  write(name: string, answer: string, greeting = 'echo "OK at your service"'): string {
    const path = join(this.folder, name);
    const lines = [
      '#!/bin/sh',
      greeting,
      'while IFS= read -r line; do',
      `  printf '%s\\n' "$line" >> '${path}.told'`,
      '  case "$line" in',
      '    GETINFO*) echo "D scripted"; echo OK ;;',
      '    BYE) echo OK; exit 0 ;;',
      `    GETPIN|CONFIRM*) ${answer} ;;`,
      '    *) echo OK ;;',
      '  esac',
      'done',
    ];
    writeFileSync(path, `${lines.join('\n')}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** The commands that a pinentry was given. */
  told(name: string): string[] {
    return readFileSync(join(this.folder, `${name}.told`), 'utf8')
      .split('\n')
      .filter(Boolean);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
