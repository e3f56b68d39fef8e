import { closeSync, constants, openSync } from 'node:fs';
import { isatty, WriteStream } from 'node:tty';

export interface Screen {
  columns: number;
  rows: number;
}

/** The size of a terminal by its device, such as `/dev/pts/3`; null when it is none, or is no more. */
export function screenOf(device: string): Screen | null {
  let fd: number;
  try {
    fd = openSync(device, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  if (!isatty(fd)) {
    closeSync(fd);
    return null;
  }
  // The stream has the descriptor from here on, and closes it.
  const stream = new WriteStream(fd);
  stream.on('error', () => undefined);
  const { columns, rows } = stream;
  stream.destroy();
  return { columns: columns || 80, rows: rows || 24 };
}
