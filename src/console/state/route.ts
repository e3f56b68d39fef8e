import { signal } from '@preact/signals';

/** The parts of the address behind `#/`: `['cases', '12']` for `#/cases/12`. */
export const route = signal<readonly string[]>(parts());

/** Follows the address. */
export function followRoute(): void {
  addEventListener('hashchange', () => {
    route.value = parts();
  });
}

/** The address of a page: `href('cases', id)`. */
export function href(...names: readonly string[]): string {
  return `#/${names.map(encodeURIComponent).join('/')}`;
}

/** Goes to a page. */
export function go(...names: readonly string[]): void {
  location.hash = href(...names);
}

function parts(): string[] {
  if (!location.hash.startsWith('#/')) return [];
  return location.hash
    .slice(2)
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
