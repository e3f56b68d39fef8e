import { expect, test } from 'vitest';
import { CKR, identityOf } from '../../src/drivers/index.ts';
import { Registry } from '../../src/tokens/registry.ts';
import { accountOf } from '../../src/tokens/token.ts';
import { ModelCard } from './model-card.ts';
import { ScriptedDriver } from './scripted-driver.ts';

function registry(): { registry: Registry; told: string[] } {
  const told: string[] = [];
  const it = new Registry({
    onInserted: ({ id }) => told.push(`in ${id}`),
    onRemoved: ({ id }, gone) => told.push(`${gone ? 'gone' : 'lost'} ${id}`),
    onSeen: ({ id }) => told.push(`seen ${id}`),
  });
  return { registry: it, told };
}

function slot(at: string, card: ModelCard): { slot: string; reader: string; token: ReturnType<ModelCard['facts']> } {
  return { slot: at, reader: `R${at}`, token: card.facts() };
}

const one = new ModelCard({ serial: '1' });
const other = new ModelCard({ serial: '2' });
const ONE = identityOf(one.facts());
const OTHER = identityOf(other.facts());

test('a token is known by what it says of itself, in whichever slot', () => {
  const { registry: tokens, told } = registry();
  const driver = new ScriptedDriver(null);
  tokens.update(driver, [slot('00', one)]);
  tokens.update(driver, [slot('00', one)]);
  tokens.update(driver, [slot('07', one)]);
  expect(told).toEqual([`in ${ONE}`, `seen ${ONE}`, `gone ${ONE}`, `in ${ONE}`]);
  expect(tokens.get(ONE)?.slot).toBe('07');
});

test('a swap in one slot is one token gone and another one here', () => {
  const { registry: tokens, told } = registry();
  const driver = new ScriptedDriver(null);
  tokens.update(driver, [slot('00', one)]);
  tokens.update(driver, [slot('00', other)]);
  expect(told).toEqual([`in ${ONE}`, `gone ${ONE}`, `in ${OTHER}`]);
  expect(tokens.get(ONE)).toBeUndefined();
});

test('a fresh host means a fresh token, but not one that was seen to go', () => {
  const { registry: tokens, told } = registry();
  const driver = new ScriptedDriver(null);
  tokens.update(driver, [slot('00', one)]);
  const before = tokens.get(ONE);
  driver.crash();
  tokens.update(driver, [slot('00', one)]);
  expect(told).toEqual([`in ${ONE}`, `lost ${ONE}`, `in ${ONE}`]);
  expect(tokens.get(ONE)).not.toBe(before);
  tokens.drop(driver);
  expect(told.at(-1)).toBe(`lost ${ONE}`);
  expect(tokens.list()).toEqual([]);
});

test('a token that cannot be read for now is not gone; one whose slot says so is', () => {
  const { registry: tokens, told } = registry();
  const driver = new ScriptedDriver(null);
  tokens.update(driver, [slot('00', one)]);
  tokens.update(driver, [{ slot: '00', reader: '', token: null, unreadable: CKR.CKR_DEVICE_ERROR }]);
  tokens.update(driver, [slot('00', one)]);
  tokens.update(driver, [{ slot: '00', reader: '', token: null, unreadable: CKR.CKR_TOKEN_NOT_PRESENT }]);
  expect(told).toEqual([`in ${ONE}`, `lost ${ONE}`, `in ${ONE}`, `gone ${ONE}`]);
});

test('two tokens that say the same have two ids and one count, and neither takes over the other’s id', () => {
  const { registry: tokens, told } = registry();
  const driver = new ScriptedDriver(null);
  const twin = new ModelCard({ serial: '1' });
  tokens.update(driver, [slot('00', one), slot('01', twin)]);
  const [first, second] = [tokens.get(ONE), tokens.get(`${ONE}~scripted~01`)];
  expect(first?.slot).toBe('00');
  expect(second?.slot).toBe('01');
  expect(second?.identity).toBe(ONE);
  told.length = 0;
  tokens.update(driver, [slot('01', twin), slot('00', one)]);
  expect(told.sort()).toEqual([`seen ${ONE}`, `seen ${ONE}~scripted~01`]);
  tokens.update(driver, [slot('01', twin)]);
  expect(tokens.list()).toEqual([second]);
});

test('the same token through two drivers has two ids', () => {
  const { registry: tokens } = registry();
  const [a, b] = [new ScriptedDriver(null, { id: 'a' }), new ScriptedDriver(null, { id: 'b' })];
  tokens.update(a, [slot('00', one)]);
  tokens.update(b, [slot('00', one)]);
  expect(tokens.list().map(({ id }) => id)).toEqual([ONE, `${ONE}~b~00`]);
  tokens.update(a, []);
  expect(tokens.list().map(({ id }) => id)).toEqual([`${ONE}~b~00`]);
});

test('a blank slot is no token', () => {
  const { registry: tokens } = registry();
  const facts = { ...one.facts(), label: '', serial: '', flags: 0xc00025 };
  tokens.update(new ScriptedDriver(null), [
    { slot: '01', reader: '', token: facts },
    { slot: '02', reader: '', token: null },
  ]);
  expect(tokens.list()).toEqual([]);
});

test('slots of one card share an account only where the driver spends from one counter', () => {
  const [pin1, pin2] = [new ModelCard({ label: 'PIN1' }), new ModelCard({ label: 'PIN2' })];
  for (const sharedPinSlots of [true, false]) {
    const { registry: tokens } = registry();
    tokens.update(new ScriptedDriver(null, { quirks: { sharedPinSlots } }), [slot('00', pin1), slot('01', pin2)]);
    const [a, b] = tokens.list().map(accountOf);
    expect(a?.identity).not.toBe(b?.identity);
    expect(a?.card === b?.card).toBe(sharedPinSlots);
  }
});
