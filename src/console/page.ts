import type { JSX } from 'preact';
import type { Icon } from './components/icons.tsx';

/** A page of the console; `pages/<name>/index.tsx` exports one as its default. */
export interface PageSpec {
  /** First part of the address: `tokens` for `#/tokens`. */
  path: string;
  /** Key of its name in the navigation and the window's title. */
  titleKey: string;
  icon: Icon;
  /** Place in the navigation: tokens 10, certificates 20, sign 30, sites 35, cases 40, doctor 50, help 60, audit 70, settings 80. */
  order: number;
  /** `rest` is what stands behind the path: `['12']` for `#/cases/12`. */
  Page: (props: { rest: readonly string[] }) => JSX.Element;
}

const found = import.meta.glob<PageSpec>('./pages/*/index.tsx', { eager: true, import: 'default' });

/** Every page, in the order of the navigation. */
export const PAGES: readonly PageSpec[] = Object.values(found).sort((a, b) => a.order - b.order);
