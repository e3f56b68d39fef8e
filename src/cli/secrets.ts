import { CliFailure } from './failure.ts';
import { SecretLines } from './secret-stdin.ts';
import { askSecret } from './secret-terminal.ts';
import type { Shell } from './shell.ts';

/** Where PINs come from: somebody at the terminal, or standard input. */
export interface SecretSource {
  /** A person types and can be asked and told things. */
  readonly person: boolean;
  /** The next secret, which the caller zeroes. `prompt` is shown to a person. */
  ask(prompt: string): Promise<Buffer>;
  /** A new secret: a person types it twice. */
  askNew(prompt: string, again: string): Promise<Buffer>;
  close(): void;
}

/** The source for a command. Asking throws when there is neither a terminal nor leave to read standard input. */
export function secretSource(shell: Shell, fromStdin: boolean, stdinOption: string): SecretSource {
  if (fromStdin) return fromLines(new SecretLines(shell.terminal.stdin));
  if (shell.interactive) return fromPerson(shell);
  const none = (): Promise<Buffer> => Promise.reject(new CliFailure('no_terminal', 4, { option: stdinOption }));
  return { person: false, ask: none, askNew: none, close: () => undefined };
}

function fromLines(lines: SecretLines): SecretSource {
  return { person: false, ask: () => lines.next(), askNew: () => lines.next(), close: () => lines.close() };
}

function fromPerson({ terminal }: Shell): SecretSource {
  return {
    person: true,
    ask: (prompt) => askSecret(terminal, prompt),
    askNew: async (prompt, again) => {
      const first = await askSecret(terminal, prompt);
      let second: Buffer | undefined;
      try {
        second = await askSecret(terminal, again);
        if (first.equals(second)) return Buffer.alloc(first.length, first);
        throw new CliFailure('new_pins_differ', 4);
      } finally {
        first.fill(0);
        second?.fill(0);
      }
    },
    close: () => undefined,
  };
}
