import type { Logger } from 'pino';
import type { CallName } from '../drivers/index.ts';
import type { EventHub } from '../tokens/index.ts';

/** Who tells the log how driver calls end, while it is verbose. Looking for tokens, which happens all the time, is told only when it fails. */
export function watchedCalls(
  log: Logger,
  driver: string,
): ((call: CallName, outcome: string, milliseconds: number) => void) | null {
  if (!log.isLevelEnabled('debug')) return null;
  return (call, rv, ms) => {
    if (call === 'slots' && rv === 'CKR_OK') return;
    log.debug({ driver, call, ...(rv.startsWith('CKR_') ? { rv } : { code: rv }), ms }, 'driver call');
  };
}

/** Tells the log what happens to tokens, while it is verbose. */
export function logEvents(log: Logger, events: EventHub): void {
  events.listen(({ event, data }) => {
    if (!log.isLevelEnabled('debug')) return;
    const { tokenId: token, driver, kind, pin } = data;
    const state = typeof pin === 'object' && pin !== null && 'state' in pin ? pin.state : undefined;
    log.debug({ event, token, driver, kind, state }, 'event');
  });
}
