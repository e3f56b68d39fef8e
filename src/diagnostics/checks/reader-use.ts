import type { DriverView, View } from '../view.ts';
import { usbReaders } from './reader-usb.ts';

/**
 * Whether this person works without card readers: none hangs on USB, no driver that is for cards shows a token, and one of another
 * kind (in software, in the computer) can be used. Only Linux tells what hangs on USB; elsewhere the answer is no.
 */
export async function readersUnused(view: View, forCards: readonly DriverView[]): Promise<boolean> {
  if (view.machine.platform !== 'linux' || usbReaders(view.machine).length > 0) return false;
  const tokens = await view.tokens();
  return (
    tokens.some(({ pin }) => pin.state !== 'locked') && !tokens.some(({ driverId }) => forCards.some(({ id }) => id === driverId))
  );
}
