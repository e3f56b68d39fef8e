import { describe, expect, it } from 'vitest';
import { opensslVerify, programName, shellWord } from '../../src/cli/openssl.ts';
import { Page } from '../../src/cli/page.ts';
import { paletteFor } from '../../src/cli/palette.ts';
import { progressBar } from '../../src/cli/progress.ts';
import type { Shell } from '../../src/cli/shell.ts';
import { table } from '../../src/cli/table.ts';
import { questionFor, widthOf } from '../../src/cli/terminal.ts';
import { plain, whole, wrap } from '../../src/cli/wrap.ts';
import { translator } from '../../src/messages/index.ts';
import { fakeTerminal } from './fake-terminal.ts';

const none = paletteFor({ isTTY: false }, {});

describe('wrap', () => {
  it('breaks at blanks and keeps long words, breaks and empty lines', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('a /a/very/long/path b', 6)).toEqual(['a', '/a/very/long/path', 'b']);
    expect(wrap('a\n\nb', 6)).toEqual(['a', '', 'b']);
  });

  it('does not part what is to stay whole', () => {
    expect(wrap(`is at ${whole('/one two/three')}`, 6)).toEqual(['is at', '/one two/three']);
  });

  it('does not part a no-break space', () => {
    expect(wrap('ceci\u00a0: cela', 6)).toEqual(['ceci\u00a0:', 'cela']);
  });
});

describe('table', () => {
  it('cuts a word that is longer than its column into lines, and loses nothing of it', async () => {
    const told = await table(
      new Page(),
      ['Outcome', 'More'],
      [['rejected', `${'a'.repeat(90)} end`]],
      fakeTerminal({ env: {}, columns: 60 }),
    );
    const drawn = told.render(60, none);
    expect(drawn).not.toContain('…');
    expect(drawn.match(/a/g)).toHaveLength(90);
    expect(drawn).toContain('end');
    for (const line of drawn.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  });
});

describe('a table of the audit trail', () => {
  const head = ['No.', 'When', 'Who', 'What', 'Outcome', 'More'];
  const at = '22 Nov 2026, 22:34'.replaceAll(' ', '\u00a0');
  const wrong = ['12', at, 'local', 'pin.login', 'rejected', 'kind=user purpose=login rv=CKR_PIN_INCORRECT'];
  const site = ['11', at, 'site:https://sede.town.example.es', 'site.authenticate', 'prompt_cancelled', 'via=extension'];
  const drawn = async (columns: number, ...rows: string[][]): Promise<string> =>
    (await table(new Page(), head, rows, fakeTerminal({ env: {}, columns }), [5, 2, 4])).render(columns, none);

  it.each([100, 80, 72, 60])('has its words and dates whole in %i columns', async (columns) => {
    for (const rows of [[wrong], [site], [wrong, site]]) {
      const text = await drawn(columns, ...rows);
      for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(columns);
      for (const cell of rows.flat()) for (const word of cell.split(' ')) expect(text).toContain(word);
    }
  });

  it('has what does not fit beside the rest below its row, its heading too', async () => {
    expect((await drawn(60, wrong)).replaceAll('\u00a0', ' ')).toBe(
      [
        'No.  When                Who    What       Outcome',
        '     More',
        '12   22 Nov 2026, 22:34  local  pin.login  rejected',
        '     kind=user purpose=login rv=CKR_PIN_INCORRECT',
        '',
      ].join('\n'),
    );
  });
});

describe('plain', () => {
  it('takes the power over the terminal from what a token or certificate says', () => {
    expect(plain('a\u001b[2Jb\rc\u202ed\u0085')).toBe('a\ufffd[2Jb\ufffdc\ufffdd\ufffd');
    expect(plain('Müller – Ñandú')).toBe('Müller – Ñandú');
  });
});

describe('Page', () => {
  const page = new Page()
    .title('A title')
    .field('Name', 'Ana Ruiz de la Torre y Sánchez de Buruaga')
    .field('Nothing', null)
    .command('x '.repeat(60).trim())
    .verdict('bad', 'No');

  it.each([100, 80, 60, 44, 30, 24])('stays within %i columns, commands apart', (width) => {
    const lines = page.render(width, none).split('\n');
    for (const line of lines.filter((each) => !each.includes('x x'))) expect(line.length).toBeLessThanOrEqual(width);
    expect(lines.some((line) => line.includes('x '.repeat(60).trim()))).toBe(true);
    expect(lines.join(' ')).not.toContain('Nothing');
  });

  it('has colours on a terminal only, and none where NO_COLOR says so', () => {
    const colourful = page.render(80, paletteFor({ isTTY: true }, {}));
    expect(colourful).toContain('\u001b[31mNo');
    for (const [stream, env] of [
      [{ isTTY: true }, { NO_COLOR: '1' }],
      [{ isTTY: true }, { TERM: 'dumb' }],
      [{}, {}],
    ] as const) {
      expect(page.render(80, paletteFor(stream, env))).not.toContain('\u001b');
    }
  });

  it('indents further lines of an item like its first word', () => {
    expect(new Page().item('✓', 'Written: ~/a/long/path', 'good').render(20, none)).toBe('✓ Written:\n  ~/a/long/path\n');
  });

  it('lets no value break its line', () => {
    expect(new Page().field('Label', 'a\nPIN  3 tries left').render(80, none)).toBe('  Label   a\ufffdPIN  3 tries left\n');
  });
});

describe('widthOf', () => {
  it('believes the terminal, then COLUMNS, within reason', () => {
    const { stdout } = fakeTerminal({ env: {}, columns: 53 });
    expect(widthOf(stdout, { COLUMNS: '70' })).toBe(53);
    expect(widthOf({ ...stdout, columns: undefined } as never, { COLUMNS: '70' })).toBe(70);
    expect(widthOf({ ...stdout, columns: undefined } as never, { COLUMNS: 'wide' })).toBe(80);
    expect(widthOf({ ...stdout, columns: 3 } as never, {})).toBe(24);
    expect(widthOf({ ...stdout, columns: 400 } as never, {})).toBe(100);
  });
});

describe('questionFor', () => {
  it('keeps the words of a question whole, with a blank before the answer', () => {
    const at = (columns: number): string => questionFor(fakeTerminal({ env: {}, columns }), 'PIN of a key (nothing shows): ');
    expect(at(80)).toBe('PIN of a key (nothing shows): ');
    expect(at(28)).toBe('PIN of a key (nothing\nshows): ');
  });
});

describe('progressBar', () => {
  const bar = (isTTY: boolean, json: boolean, times: number[]): string => {
    const terminal = fakeTerminal({ env: {}, isTTY });
    const progress = progressBar({ terminal, json, t: translator('en') } as unknown as Shell, () => times.shift() ?? 0);
    progress.advance(1, 4);
    progress.advance(3, 4);
    progress.end();
    return terminal.err();
  };

  it('shows on a terminal, for long work, and is wiped away', () => {
    expect(bar(true, false, [0, 100, 900])).toBe(`\r[${'#'.repeat(30)}${'.'.repeat(10)}]  75 % read\r\u001b[2K`);
  });

  it('does not show for short work, elsewhere, or beside JSON', () => {
    expect(bar(true, false, [0, 100, 200])).toBe('');
    expect(bar(false, false, [0, 900, 1900])).toBe('');
    expect(bar(true, true, [0, 900, 1900])).toBe('');
  });
});

describe('lines to paste', () => {
  it('quote what a shell would read otherwise', () => {
    expect(shellWord('contract.pdf')).toBe('contract.pdf');
    expect(shellWord("it's $HOME.pdf")).toBe("'it'\\''s $HOME.pdf'");
    expect(shellWord('-rf')).toBe('./-rf');
    expect(shellWord('')).toBe("''");
    expect(shellWord('~/x')).toBe("'~/x'");
  });

  it('exist for every form that OpenSSL reads', () => {
    const paths = { file: 'f', signature: 'f.sig', certificate: 'f.pem' };
    expect(opensslVerify('ES256', 'p1363', paths)).toBeNull();
    expect(opensslVerify('PS512', 'der', paths)).toContain('-sha512 -verify /dev/stdin -sigopt rsa_padding_mode:pss');
    expect(opensslVerify('EdDSA', 'der', paths)).toContain('pkeyutl');
  });

  it('begin as the program was called', () => {
    expect(programName({ npm_command: 'exec' })).toBe('npx signet');
    expect(programName({})).toBe('signet');
  });
});
