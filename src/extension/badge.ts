import type { Overview } from '../host/overview.ts';
import type { NativeHost } from './background/native.ts';
import { t } from './texts.ts';

/** What the button's badge calls attention to. */
export function needsAttention({ tokens, ending }: Overview): boolean {
  return ending.length > 0 || tokens.some(({ pin }) => pin.state === 'locked');
}

/** Sets the badge to what is plugged in; where that is not known, to nothing. */
export async function showBadge(seen: Overview | null): Promise<void> {
  const attention = seen !== null && needsAttention(seen);
  await chrome.action.setBadgeBackgroundColor({ color: '#9c2118' });
  await chrome.action.setBadgeTextColor({ color: '#ffffff' });
  await chrome.action.setBadgeText({ text: attention ? '!' : '' });
  await chrome.action.setTitle({ title: attention ? t('button_attention') : t('name') });
}

/** Looks at what is plugged in and sets the badge. */
export async function lookForBadge(host: NativeHost, { start }: { start: boolean }): Promise<void> {
  const answer = await host.ask({ origin: null, method: 'overview', params: { start } }).answer;
  await showBadge('result' in answer ? (answer.result as Overview) : null);
}
