import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { softHsm } from '../../native-config/setup/places.mjs';
import { has } from '../../native-config/setup/run.mjs';
import { checkout, root, run, start } from './checkout.ts';

const script = 'native-config/setup/start.mjs';
// Makes a script believe that it is not root's.
const ORDINARY = 'data:text/javascript,process.getuid=()=>1000';

/** The real token room, and a daemon that says how it was started and ends by itself. */
function whole(cli = 'console.log(process.argv.slice(2).join(" ")); process.exitCode = 7;\n') {
  const base = checkout({ 'src/cli/index.ts': cli });
  for (const room of ['src/practice', 'src/places']) cpSync(join(root, room), join(base, room), { recursive: true });
  return base;
}

/** A checkout without SoftHSM2 in sight, and a stand-in for apt-get that writes down how it was called. */
function bare(apt: string) {
  const base = checkout({
    'softhsm/libraries.json': '[]',
    'bin/apt-get': `#!/bin/sh\necho "$@" >> "${'$'}{0%/*}/called"\n${apt}\n`,
  });
  chmodSync(join(base, 'bin/apt-get'), 0o755);
  const sudo = join(base, 'bin/sudo');
  writeFileSync(sudo, '#!/bin/sh\nexit 1\n');
  chmodSync(sudo, 0o755);
  return {
    base,
    env: { PATH: `${join(base, 'bin')}:${process.env.PATH}`, SOFTHSM2_LIBRARY: '' },
    called: () => readFileSync(join(base, 'bin/called'), 'utf8'),
  };
}

const asRoot = process.getuid?.() === 0;

describe('npm start', () => {
  it('builds, makes the practice token, and becomes the daemon with the arguments given', () => {
    const base = whole();
    const env = { SIGNET_STATE_DIR: join(base, 'state') };
    const first = run(base, script, ['--port', '0'], env);
    expect(first).toEqual({
      code: 7,
      out: `Building …\nPractice token made in ${base}/state/practice\nserve --practice --port 0\n`,
      err: '',
    });
    expect(run(base, script, [], env)).toEqual({ code: 7, out: 'serve --practice\n', err: '' });
  });

  it.each([
    ['C', 'The practice token could not be used. It now lies in {aside}; a new one, with new keys, was made in {root}'],
    [
      'fr_FR',
      "Le jeton d'entraînement était inutilisable. Il se trouve à présent dans {aside} ; un nouveau, avec de nouvelles clés, a été créé dans {root}",
    ],
    ['es_ES', 'El token de práctica no se podía usar. Ahora está en {aside}; se creó uno nuevo, con claves nuevas, en {root}'],
  ])('says in one line (%s) that a damaged practice token was set aside for a new one', (LANG, line) => {
    const base = whole();
    const env = { SIGNET_STATE_DIR: join(base, 'state'), LANG };
    run(base, script, [], env);
    const tokens = join(base, 'state/practice/tokens');
    truncateSync(join(tokens, readdirSync(tokens)[0] ?? '', 'token.object'), 0);
    const { code, out, err } = run(base, script, [], env);
    const aside = readdirSync(join(base, 'state')).find((name) => name.startsWith('practice.set-aside-')) ?? 'none';
    const said = line.replace('{aside}', join(base, 'state', aside)).replace('{root}', join(base, 'state/practice'));
    expect({ code, out, err }).toEqual({ code: 7, out: `${said}\nserve --practice\n`, err: '' });
  });

  it('puts the practice token where the daemon is told to keep its state', () => {
    const base = whole();
    run(base, script, ['--state-dir', join(base, 'elsewhere')], { SIGNET_STATE_DIR: join(base, 'state') });
    expect([existsSync(join(base, 'elsewhere/practice/practice.json')), existsSync(join(base, 'state'))]).toEqual([true, false]);
    run(base, script, [], { XDG_STATE_HOME: join(base, 'xdg') });
    expect(existsSync(join(base, 'xdg/signet/practice/practice.json'))).toBe(true);
    writeFileSync(join(base, 'some.toml'), `stateDir = "${base}/configured"\n`);
    run(base, script, ['--config', join(base, 'some.toml')]);
    expect(existsSync(join(base, 'configured/practice/practice.json'))).toBe(true);
    writeFileSync(join(base, 'some.toml'), 'not = [toml');
    expect(run(base, script, ['--config', join(base, 'some.toml')]).out).toContain(`${base}/.local/state/signet/practice\nserve`);
  });

  it('ends with the daemon when it is told to stop', async () => {
    const base = whole(
      "process.on('SIGTERM', () => { console.log('closed'); process.exit(0); }); setInterval(() => {}, 1000); console.log('at work');\n",
    );
    const { child, said, ended } = start(base, script, [], { SIGNET_STATE_DIR: join(base, 'state') });
    await said('at work');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, out: expect.stringMatching(/at work\nclosed\n$/) });
  });

  it('says why the practice token cannot be made, and starts nothing', () => {
    const base = whole();
    writeFileSync(join(base, 'file'), '');
    const { code, err, out } = run(base, script, ['--state-dir', join(base, 'file')]);
    expect([code, err]).toEqual([3, expect.stringContaining('The practice token could not be prepared: ')]);
    expect(out).not.toContain('serve');
  });
});

describe('on Debian, what is missing', () => {
  it('is named with the command that installs it when there are no rights', () => {
    const { base, env } = bare('exit 0');
    const { code, out, err } = run(base, script, [], { ...env, NODE_OPTIONS: `--import ${ORDINARY}` });
    expect([code, out, existsSync(join(base, 'bin/called'))]).toEqual([3, '', false]);
    expect(err).toBe(
      'Missing: softhsm2. Run this, then try again:\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends softhsm2\n',
    );
  });

  it('is installed with rights, after fetching the lists if need be; a refusal is shown', () => {
    const { base, env, called } = bare('echo no such package; [ "$2" = update ]');
    if (!asRoot) writeFileSync(join(base, 'bin/sudo'), '#!/bin/sh\nshift\nexec "$@"\n');
    const { code, out, err } = run(base, script, [], env);
    expect([code, out]).toEqual([3, 'Installing softhsm2 …\n']);
    expect(err).toBe('Installing softhsm2 failed:\nno such package\n');
    expect(called().trim().split('\n')).toEqual(
      ['install', 'update', 'install'].map(
        (verb) => `-q ${verb}${verb === 'install' ? ' -y --no-install-recommends softhsm2' : ''}`,
      ),
    );
  });
});

describe('looking around', () => {
  it('finds commands in PATH only', () => {
    expect([has('sh'), has('no-such-command'), has('sh', {}), has('sh', { PATH: ':/nowhere' })]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('takes the SoftHSM2 that the person names', () => {
    expect(softHsm({ SOFTHSM2_LIBRARY: '/some/where.so' })).toBe('/some/where.so');
  });
});
