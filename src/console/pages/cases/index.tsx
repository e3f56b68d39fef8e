import { CaseIcon } from '../../components/index.ts';
import type { PageSpec } from '../../page.ts';
import './cases.css';
import { CasePage } from './CasePage.tsx';
import { List } from './List.tsx';
import { Open } from './Open.tsx';

/** `#/cases`, `#/cases/new`, `#/cases/new/lost`, and `#/cases/ID`. */
function Cases({ rest: [name, kind] }: { rest: readonly string[] }) {
  if (name === undefined) return <List />;
  if (name === 'new') return <Open lost={kind === 'lost'} />;
  return <CasePage key={name} caseId={name} />;
}

export default { path: 'cases', titleKey: 'console.cases.title', icon: CaseIcon, order: 40, Page: Cases } satisfies PageSpec;
