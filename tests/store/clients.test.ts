import { afterEach, beforeEach, expect, test } from 'vitest';
import { Clients, Database } from '../../src/store/index.ts';

let db: Database;
let clients: Clients;
beforeEach(() => {
  db = Database.open(':memory:');
  clients = new Clients(db);
});
afterEach(() => db.close());

test('clients are kept by name with their scopes, and nothing of their token but its hash', () => {
  expect(clients.add('scanner', 'hash-b', ['status', 'sign'], '2026-01-01T00:00:00.000Z')).toBe(true);
  expect(clients.add('archive', 'hash-a', ['status'], '2026-01-02T00:00:00.000Z')).toBe(true);
  expect(clients.list()).toEqual([
    { name: 'archive', tokenHash: 'hash-a', scopes: ['status'], createdAt: '2026-01-02T00:00:00.000Z', lastUsedAt: null },
    { name: 'scanner', tokenHash: 'hash-b', scopes: ['status', 'sign'], createdAt: '2026-01-01T00:00:00.000Z', lastUsedAt: null },
  ]);
});

test('a name is taken once, and free again when removed', () => {
  clients.add('scanner', 'one', ['status'], 'then');
  expect(clients.add('scanner', 'two', ['admin'], 'then')).toBe(false);
  expect(clients.list().map(({ tokenHash }) => tokenHash)).toEqual(['one']);
  expect(clients.remove('scanner')).toBe(true);
  expect(clients.remove('scanner')).toBe(false);
  expect(clients.add('scanner', 'two', ['admin'], 'then')).toBe(true);
});

test('names and hashes are bound, never spliced', () => {
  const name = "x'); DROP TABLE clients; --";
  clients.add(name, "h'", ['status'], 'then');
  expect(clients.list().map((client) => client.name)).toEqual([name]);
  expect(clients.remove(name)).toBe(true);
});
