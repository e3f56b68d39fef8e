import type { PinStatus } from '../../client/types.ts';
import { t } from '../state/language.ts';

type Key = 'left' | 'maybe' | 'used';

/** More keys than this are no picture any more: then the words stand alone. */
const MOST = 10;

/**
 * The tries left, as keys: a whole one for each that is left, a dashed one with a question mark for each that may be, a struck
 * one for each that is used up. The words beside it say the same, and how sure that is.
 */
export function Tries({ pin, small = false }: { pin: PinStatus; small?: boolean }) {
  const keys = keysOf(pin);
  return (
    <div class={`tries ${small ? 'small' : ''} ${toneOf(pin)}`}>
      {keys.length > MOST ? null : (
        <span class="keys" aria-hidden="true">
          {keys.map((kind, n) => (
            <KeyPicture key={n} kind={kind} />
          ))}
        </span>
      )}
      <span class="tries-words">
        <strong>{leftWords(pin)}</strong>
        <span class="sure">{sureWords(pin)}</span>
      </span>
    </div>
  );
}

/** "2 of 3 tries left". */
export function leftWords(pin: PinStatus): string {
  const { state, remaining, limit } = pin;
  if (state === 'locked') return t('console.tries.none');
  if (remaining === null) return t('console.tries.unknown');
  const { atLeast, atMost } = remaining;
  if (atLeast >= atMost) return t('console.tries.exact', { count: atMost, limit });
  return t(atMost - atLeast === 1 ? 'console.tries.either' : 'console.tries.range', { atLeast, atMost, limit });
}

/** How sure that is: told by the card, counted by Signet, not known. */
export function sureWords({ basis, flagsReliable }: PinStatus): string {
  if (basis === 'token') return t(flagsReliable === 'yes' ? 'console.tries.told' : 'console.tries.hinted');
  if (basis === 'card') return t('console.tries.told');
  return t(basis === 'ledger' ? 'console.tries.counted' : 'console.tries.not_known');
}

function keysOf({ state, remaining, limit }: PinStatus): Key[] {
  if (state === 'locked') return Array.from({ length: limit }, () => 'used');
  const least = remaining?.atLeast ?? 0;
  const most = remaining?.atMost ?? limit;
  return Array.from({ length: Math.max(limit, most) }, (_, n) => (n < least ? 'left' : n < most ? 'maybe' : 'used'));
}

function toneOf({ state, remaining }: PinStatus): string {
  if (state === 'locked') return 'locked';
  if (remaining === null) return 'unsure';
  if (state === 'final_try' || remaining.atMost <= 1) return 'last';
  return remaining.atMost < 3 && state !== 'ok' ? 'few' : 'full';
}

const OUTLINE = 'M14 3a10 10 0 0 1 3.6 19.3V38.5L14 41.5l-3.6-3V34.5l2.2-2-2.2-2v-8.2A10 10 0 0 1 14 3Z';
const HOLE = 'm0 4.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4Z';

function KeyPicture({ kind }: { kind: Key }) {
  return (
    <svg class={`key ${kind}`} viewBox="0 0 28 44" focusable="false" aria-hidden="true">
      <path d={kind === 'maybe' ? OUTLINE : `${OUTLINE}${HOLE}`} fill-rule="evenodd" />
      {kind === 'maybe' ? (
        <text x="14" y="18.5" text-anchor="middle">
          ?
        </text>
      ) : null}
      {kind === 'used' ? <path class="strike" d="M3.5 40 24.5 6" /> : null}
    </svg>
  );
}
