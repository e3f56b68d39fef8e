import type { Fault } from './fault.ts';

/** What the test tells the card's process. */
export type Order =
  | { do: 'insert'; host: string; port: number }
  | { do: 'remove' }
  | { do: 'fault'; fault: Fault }
  | { do: 'heal' };

/** An order with its number, and the reply to it; `error` is a sentence when it failed. */
export interface Numbered {
  id: number;
  order: Order;
}

export interface Reply {
  id: number;
  error?: string;
}

/** Sent when a fault strikes; `struck` is the number of the order that brought it. */
export interface Strike {
  struck: number;
}
