import { signal } from '@preact/signals';
import type { ConsoleSession } from '../../client/types.ts';

/** Why there is no session: nobody came with a code, the code was refused, the session ended, the person signed out. */
export type Closed = 'none' | 'refused' | 'ended' | 'out';

export interface Open {
  token: string;
  language: string | null;
  version: string;
  /** When it ends at the latest, ISO 8601, and after how long without use; not known of one that an older page kept. */
  expiresAt?: string;
  idleSeconds?: number;
}

const KEPT = 'signet.session';

/** The session of this tab, or why there is none. */
export const session = signal<Open | Closed>('none');

/**
 * Takes the one-time code out of the address bar and exchanges it; without a code, goes on with this tab's session. The code is
 * gone from the address and from the history before anything else happens.
 */
export async function enter(): Promise<void> {
  const [, code] = /^#code=(.*)$/.exec(location.hash) ?? [];
  if (code === undefined) {
    session.value = kept() ?? 'none';
    return;
  }
  history.replaceState(null, '', location.pathname);
  session.value = await exchange(code);
}

/** Enters with a code whose address is opened in a tab that shows the console already: browsers do not load the page anew for it. */
export function followDoor(): void {
  addEventListener('hashchange', () => {
    if (location.hash.startsWith('#code=')) void enter();
  });
}

/** Forgets the session, here only. */
export function leave(why: Closed): void {
  sessionStorage.removeItem(KEPT);
  session.value = why;
}

async function exchange(code: string): Promise<Open | Closed> {
  try {
    const response = await fetch('/v1/console/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    if (!response.ok) return kept() ?? 'refused';
    const open: Open = (await response.json()) as ConsoleSession;
    sessionStorage.setItem(KEPT, JSON.stringify(open));
    return open;
  } catch {
    return 'refused';
  }
}

function kept(): Open | null {
  try {
    const open = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null') as Partial<Open> | null;
    return typeof open?.token === 'string' ? { language: null, version: '', ...open, token: open.token } : null;
  } catch {
    return null;
  }
}
