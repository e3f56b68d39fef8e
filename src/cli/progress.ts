import type { OnProgress } from './digest.ts';
import type { Shell } from './shell.ts';
import { widthOf } from './terminal.ts';

/** Work that ends sooner shows no bar, in milliseconds. */
const PATIENCE = 400;
const REDRAW = 100;

/** A bar on standard error, only on a terminal and only for long work. `end` takes it away. */
export function progressBar(
  { terminal, t, json }: Shell,
  now: () => number = performance.now.bind(performance),
): { advance: OnProgress; end(): void } {
  const { stderr, env } = terminal;
  if (stderr.isTTY !== true || json) return { advance: () => undefined, end: () => undefined };
  const started = now();
  let drawn = Number.NEGATIVE_INFINITY;
  return {
    advance: (done, total) => {
      const time = now();
      if (time - started < PATIENCE || time - drawn < REDRAW || total === 0) return;
      drawn = time;
      const share = Math.min(1, done / total);
      const label = ` ${String(Math.floor(share * 100)).padStart(3)} % ${t('cli.reading')}`;
      const cells = Math.max(5, Math.min(40, widthOf(stderr, env) - label.length - 3));
      const full = Math.round(share * cells);
      stderr.write(`\r[${'#'.repeat(full)}${'.'.repeat(cells - full)}]${label}`);
    },
    end: () => {
      if (drawn > 0) stderr.write('\r\u001b[2K');
    },
  };
}
