import { effect, signal } from '@preact/signals';

export type Motion = 'auto' | 'less';

const KEPT = 'signet.motion';

/** Movement as the system has it, or as little as can be. */
export const motion = signal<Motion>(localStorage.getItem(KEPT) === 'less' ? 'less' : 'auto');

/** Applies the choice now and whenever it changes. */
export function followMotion(): void {
  effect(() => {
    if (motion.value === 'auto') {
      delete document.documentElement.dataset.motion;
      localStorage.removeItem(KEPT);
    } else {
      document.documentElement.dataset.motion = motion.value;
      localStorage.setItem(KEPT, motion.value);
    }
  });
}
