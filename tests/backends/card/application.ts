import type { Answer, Command } from './apdu.ts';

/** A card's program: gets whole commands, keeps its own volatile state. */
export interface Application {
  /** Power-on or reset: nothing selected, nothing verified. */
  reset(): void;
  run(command: Command): Answer | Promise<Answer>;
}
