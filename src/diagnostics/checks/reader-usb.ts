import type { Machine } from '../view.ts';

const DEVICES = '/sys/bus/usb/devices';
/** bInterfaceClass of chip card readers (USB-IF, CCID). */
const SMART_CARD = '0b';

/** Names of the card readers and keys that hang on USB as the kernel sees them, whoever drives them. Linux only; elsewhere none. */
export function usbReaders({ platform, folder, read }: Machine): string[] {
  if (platform !== 'linux') return [];
  const names = folder(DEVICES).flatMap((entry) => {
    const [device = '', configuration] = entry.split(':');
    const kind = configuration === undefined ? null : read(`${DEVICES}/${entry}/bInterfaceClass`, 16);
    if (kind?.toString('latin1').trim() !== SMART_CARD) return [];
    return [read(`${DEVICES}/${device}/product`, 256)?.toString('utf8').trim() || device];
  });
  return [...new Set(names)].sort();
}
