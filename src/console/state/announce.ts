import { signal } from '@preact/signals';

export interface Notice {
  id: number;
  tone: 'good' | 'bad' | 'plain';
  text: string;
}

let count = 0;
/** What a screen reader is told, and what is shown for a while at the foot of the page. */
export const notices = signal<readonly Notice[]>([]);

/** Tells the person something that has happened; it goes away by itself and stays in no log. */
export function announce(text: string, tone: Notice['tone'] = 'plain'): void {
  count += 1;
  const notice = { id: count, tone, text };
  notices.value = [...notices.value.slice(-2), notice];
  setTimeout(() => dismiss(notice.id), tone === 'bad' ? 15_000 : 8_000);
}

/** Takes a notice away. */
export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}
