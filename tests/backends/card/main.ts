/** The card's own process: synchronous PKCS#11 calls in the test's process would block a card that lived there. */
import { setTimeout } from 'node:timers/promises';
import { type Answer, type Command, Exchange, status } from './apdu.ts';
import { Faults } from './fault.ts';
import { IsoApplet } from './isoapplet.ts';
import type { Numbered, Order, Reply, Strike } from './order.ts';
import { Piv } from './piv.ts';
import { readState, writeState } from './state.ts';
import { Slot } from './vpcd.ts';

const memory = process.argv[2] ?? '';
const state = readState(memory);
const save = () => writeState(memory, state);
const application = state.personality === 'piv' ? new Piv(state, save) : new IsoApplet(state, save);
const exchange = new Exchange();
const faults = new Faults();

const tell = (message: Reply | Strike) => process.send?.(message);

async function run(command: Command): Promise<Answer | undefined> {
  const fault = faults.take(command);
  if (!fault) return application.run(command);
  tell({ struck: fault.id });
  if (fault.delay) await setTimeout(fault.delay);
  if (fault.action === 'pass') return application.run(command);
  if (fault.counted) await application.run(command);
  if (fault.action === 'drop') void slot.remove();
  return typeof fault.action === 'object' ? status(fault.action.status) : undefined;
}

const slot = new Slot({
  power() {
    exchange.reset();
    application.reset();
  },
  transmit: (apdu) => exchange.answer(apdu, run),
});

async function obey(order: Order, id: number): Promise<void> {
  switch (order.do) {
    case 'insert':
      return slot.insert(order.host, order.port);
    case 'remove':
      return slot.remove();
    case 'fault':
      return faults.add(order.fault, id);
    case 'heal':
      return faults.clear();
  }
}

process.on('message', ({ id, order }: Numbered) => {
  obey(order, id).then(
    () => tell({ id }),
    (error: Error) => tell({ id, error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
