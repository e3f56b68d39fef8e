import { HelpIcon } from '../../components/index.ts';
import type { PageSpec } from '../../page.ts';
import './help.css';
import { Ask } from './Ask.tsx';
import { One } from './One.tsx';
import { Questions } from './Questions.tsx';

/** `#/help`, `#/help/ask`, and `#/help/QUESTION`. */
function Help({ rest: [name] }: { rest: readonly string[] }) {
  if (name === undefined) return <Questions />;
  return name === 'ask' ? <Ask /> : <One id={name} />;
}

export default { path: 'help', titleKey: 'console.help.title', icon: HelpIcon, order: 60, Page: Help } satisfies PageSpec;
