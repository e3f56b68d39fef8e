/** What one tab has open at a time, all of its frames together: requests, and characters of their parameters. */
const MOST = 32;
const MOST_CHARACTERS = 64 * 1024 * 1024;

interface Share {
  requests: number;
  characters: number;
}

/** Keeps one tab from taking what all tabs have together: a page can have as many frames and names as it likes. */
export class Shares {
  readonly #tabs = new Map<number, Share>();

  /** Takes a place of a tab for a request with parameters of so many characters; what comes back gives it back, once. Null where the tab has no room left. */
  take(tab: number, characters: number): (() => void) | null {
    const share = this.#tabs.get(tab) ?? { requests: 0, characters: 0 };
    if (share.requests >= MOST) return null;
    if (share.requests > 0 && share.characters + characters > MOST_CHARACTERS) return null;
    share.requests += 1;
    share.characters += characters;
    this.#tabs.set(tab, share);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      share.requests -= 1;
      share.characters -= characters;
      if (share.requests === 0) this.#tabs.delete(tab);
    };
  }
}
