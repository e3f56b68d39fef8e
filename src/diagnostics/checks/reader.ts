import type { Check } from '../check.ts';
import { milder } from './driver-wanted.ts';
import { cardDrivers, hardwareSlots } from './reader-slots.ts';
import { usbReaders } from './reader-usb.ts';
import { readersUnused } from './reader-use.ts';

/** `reader.driver`: a reader hangs on USB, and the card service does not show it. */
export const readerDriver: Check = {
  id: 'reader.driver',
  severity: 'error',
  dependsOn: ['pcsc.service', 'driver.initialises', 'os.polkit', 'reader.exclusive'],
  platforms: ['linux'],
  timeout: 12_000,
  run: async (view) => {
    const plugged = usbReaders(view.machine);
    if (plugged.length === 0) return { result: 'pass' };
    const { asked, slots } = await hardwareSlots(view);
    const evidence = { onUsb: plugged.length, shown: slots.length };
    if (asked === 0 || slots.length > 0) return { result: 'pass', evidence };
    return { result: 'fail', variant: 'missing', params: { reader: plugged.join(', ') }, evidence };
  },
};

/** `reader.present`: the card service shows a reader. A warning where tokens of another kind are there. */
export const readerPresent: Check = {
  id: 'reader.present',
  severity: 'error',
  dependsOn: ['pcsc.service', 'driver.initialises', 'os.polkit', 'reader.exclusive', 'reader.driver'],
  timeout: 12_000,
  run: async (view) => {
    const { asked, slots } = await hardwareSlots(view);
    if (asked === 0) return { result: 'pass', variant: 'not_needed', notNeeded: true };
    const evidence = { readers: slots.length };
    if (slots.length > 0)
      return { result: 'pass', variant: 'some', params: { reader: slots.map(({ name }) => name).join(', ') }, evidence };
    const unused = await readersUnused(view, await cardDrivers(view));
    return milder(view, { result: 'fail', variant: 'none', evidence }, { unused });
  },
};
