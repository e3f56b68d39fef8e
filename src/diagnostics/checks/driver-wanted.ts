import type { Finding } from '../check.ts';
import type { DriverView, View } from '../view.ts';

/**
 * A failure, as a warning where it may not matter to this person: tokens show all the same, and nobody asked for what fails.
 * What depends on it is left out in either case.
 */
export async function milder(view: View, finding: Finding, asked = false): Promise<Finding> {
  if (finding.result !== 'fail' || asked || (await view.tokens()).length === 0) return finding;
  return { ...finding, result: 'warn', holdsUp: true };
}

/** Whether the person named the driver; the others are those that the catalogue found installed. */
export function isAskedFor({ origin }: DriverView): boolean {
  return origin !== 'catalogue';
}
