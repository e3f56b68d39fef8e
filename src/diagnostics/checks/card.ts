import type { Check, Finding } from '../check.ts';
import { milder } from './driver-wanted.ts';
import { hardwareSlots } from './reader-slots.ts';

/** `card.present`: a card is in a reader. A warning where tokens of another kind are there. */
export const cardPresent: Check = {
  id: 'card.present',
  severity: 'error',
  dependsOn: ['reader.present'],
  timeout: 12_000,
  run: async (view) => {
    const { slots } = await hardwareSlots(view);
    // No reader at all is told by reader.present.
    if (slots.length === 0) return { result: 'pass', variant: 'not_needed', notNeeded: true };
    const inserted = slots.filter(({ card }) => card).length;
    const evidence = { readers: slots.length, cards: inserted };
    if (inserted > 0) return { result: 'pass', evidence };
    return milder(view, { result: 'fail', variant: 'none', evidence });
  },
};

/** `card.recognised`: some driver can read the card that is in a reader. */
export const cardRecognised: Check = {
  id: 'card.recognised',
  severity: 'error',
  dependsOn: ['card.present'],
  timeout: 12_000,
  run: async (view) => {
    const { slots } = await hardwareSlots(view);
    return slots.flatMap(({ name, card, unreadable }): Finding[] => {
      if (!card) return [];
      const about = { subject: name, params: { reader: name } };
      if (unreadable === null) return [{ ...about, result: 'pass' }];
      return [{ ...about, result: 'fail', variant: 'no_driver', evidence: { answer: unreadable } }];
    });
  },
};
