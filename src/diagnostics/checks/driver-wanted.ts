import type { Finding } from '../check.ts';
import type { DriverView, View } from '../view.ts';

/** What is known of who wants the thing that fails. */
interface Wanted {
  /** The person named it. */
  asked?: boolean;
  /** Nothing that is in use here needs it. */
  unused?: boolean;
}

/**
 * A failure, as a warning where it may not matter to this person: tokens show all the same, and nobody asked for what fails. It is
 * a notice, and so never where to start, when nothing here uses it. What depends on it is left out in either case.
 */
export async function milder(view: View, finding: Finding, { asked = false, unused = false }: Wanted = {}): Promise<Finding> {
  if (finding.result !== 'fail' || asked || (await view.tokens()).length === 0) return finding;
  return { ...finding, result: 'warn', holdsUp: true, ...(unused ? { severity: 'notice' } : {}) };
}

/** Whether the person named the driver; the others are those that the catalogue found installed. */
export function isAskedFor({ origin }: DriverView): boolean {
  return origin !== 'catalogue';
}
