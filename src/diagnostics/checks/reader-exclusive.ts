import type { Check } from '../check.ts';
import type { View } from '../view.ts';
import { hardwareSlots } from './reader-slots.ts';
import { usbReaders } from './reader-usb.ts';

/** Programs that take a reader for themselves, past the card service or through it. */
const HOLDERS = ['scdaemon', 'yubikey-agent', 'openct', 'ifdhandler', 'pcsc-relay'];
/** What a driver answers for a card that another program holds. */
const HELD = new Set(['CKR_DEVICE_ERROR', 'CKR_GENERAL_ERROR', 'CKR_FUNCTION_FAILED', 'CKR_DEVICE_REMOVED']);

/** `reader.exclusive`: another program holds the reader. Named only when the reader or its card cannot be read as well. */
export const readerExclusive: Check = {
  id: 'reader.exclusive',
  severity: 'error',
  dependsOn: ['pcsc.service', 'driver.initialises', 'os.polkit'],
  timeout: 12_000,
  run: async (view, signal) => {
    const running = await programs(view, signal);
    if (running === null) return { result: 'unknown', evidence: { error: 'processes' } };
    const holder = HOLDERS.find((name) => running.has(name));
    if (holder === undefined) return { result: 'pass' };
    const { asked, slots } = await hardwareSlots(view);
    const hidden = asked > 0 && slots.length === 0 && usbReaders(view.machine).length > 0;
    const held = slots.some(({ unreadable }) => unreadable !== null && HELD.has(unreadable));
    const evidence = { program: holder };
    return hidden || held
      ? { result: 'fail', variant: 'held', params: { program: holder }, evidence }
      : { result: 'pass', evidence };
  },
};

async function programs({ machine }: View, signal: AbortSignal): Promise<Set<string> | null> {
  const windows = machine.platform === 'win32';
  const told = windows
    ? await machine.run('tasklist', ['/fo', 'csv', '/nh'], signal)
    : await machine.run('ps', ['-Ao', 'comm='], signal);
  if (told.code !== 0) return null;
  const names = told.stdout.split('\n').map((line) => (windows ? (line.split('","')[0] ?? '').replaceAll('"', '') : line).trim());
  return new Set(names.map((name) => (name.split('/').at(-1) ?? '').replace(/\.exe$/i, '')));
}
