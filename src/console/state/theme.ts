import { effect, signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';

const KEPT = 'signet.theme';

/** Light, dark, or as the system has it. */
export const theme = signal<Theme>(kept());

/** Applies the theme now and whenever it changes. */
export function followTheme(): void {
  effect(() => {
    if (theme.value === 'auto') {
      delete document.documentElement.dataset.theme;
      localStorage.removeItem(KEPT);
    } else {
      document.documentElement.dataset.theme = theme.value;
      localStorage.setItem(KEPT, theme.value);
    }
  });
}

function kept(): Theme {
  const text = localStorage.getItem(KEPT);
  return text === 'light' || text === 'dark' ? text : 'auto';
}
