import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../../src');

/** What each room may use, as docs/architecture.md draws it; `common` is open to every room. */
const COMMON = ['errors', 'messages', 'places', 'schema'];
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  drivers: [],
  store: [],
  errors: [],
  messages: ['errors'],
  places: [],
  schema: [],
  tokens: ['drivers', 'store'],
  signatures: ['tokens', 'drivers', 'store'],
  access: ['store'],
  certificates: ['store', 'tokens'],
  practice: ['drivers'],
  procedures: ['store'],
  install: [],
  diagnostics: ['drivers', 'install', 'procedures', 'signatures', 'store', 'tokens'],
  documents: ['signatures', 'tokens'],
  prompt: ['drivers'],
  sites: ['access', 'drivers', 'prompt', 'signatures', 'store', 'tokens'],
  bridges: ['access', 'documents', 'prompt', 'signatures', 'sites', 'tokens'],
  api: ['access', 'bridges', 'diagnostics', 'drivers', 'procedures', 'prompt', 'signatures', 'sites', 'store', 'tokens'],
  client: ['api'],
  host: ['client'],
  console: ['client'],
  extension: ['client', 'host'],
  cli: ['client', 'daemon', 'host', 'install', 'procedures'],
  daemon: [
    'access',
    'api',
    'bridges',
    'certificates',
    'diagnostics',
    'drivers',
    'practice',
    'procedures',
    'prompt',
    'signatures',
    'sites',
    'store',
    'tokens',
  ],
};

interface Import {
  from: string;
  room: string;
  target: string;
  typeOnly: boolean;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(src, file), 'utf8');
  return [...text.matchAll(/(import|export)( type)?[^;]*?from '(\.[^']+)'|import\('(\.[^']+)'\)/g)].map((match) => {
    const target = relative(src, resolve(dirname(join(src, file)), match[3] ?? match[4] ?? ''));
    return { from: file, room: file.split(sep)[0] ?? '', target, typeOnly: match[2] !== undefined };
  });
});
const crossing = imports.filter(({ room, target }) => target.split(sep)[0] !== room);

describe('a room', () => {
  it('is one of those the architecture names', () => {
    const rooms = [...new Set(files.map((file) => file.split(sep)[0] ?? ''))].sort();
    expect(rooms).toEqual(Object.keys(MAY_USE).sort());
  });

  it('is entered through its door only', () => {
    const beside = crossing.filter(({ target, typeOnly }) => !/^[a-z]+\/(schemas\/)?index\.ts$/.test(target) && !typeOnly);
    expect(beside).toEqual([]);
  });

  it('uses only the rooms below it', () => {
    const upward = crossing.filter(({ room, target }) => {
      const used = target.split(sep)[0] ?? '';
      return !COMMON.includes(used) && !MAY_USE[room]?.includes(used);
    });
    expect(upward).toEqual([]);
  });

  it('of HTTP clients loads nothing of the daemon at run time', () => {
    expect(crossing.filter(({ room, target, typeOnly }) => room === 'client' && target.startsWith('api') && !typeOnly)).toEqual(
      [],
    );
  });
});

it('looked at every file', () => {
  expect(imports.length).toBeGreaterThan(300);
});
