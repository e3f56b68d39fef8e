import { useComputed } from '@preact/signals';
import { session } from '../api/session.ts';
import { PromptDialog } from '../prompt/PromptDialog.tsx';
import { Door } from './Door.tsx';
import { Notices } from './Notices.tsx';
import { Shell } from './Shell.tsx';

/** The whole console: the door while there is no session, else the pages. */
export function App() {
  const closed = useComputed(() => (typeof session.value === 'string' ? session.value : null)).value;
  return (
    <>
      {closed === null ? <Shell /> : <Door why={closed} />}
      {closed === null ? <PromptDialog /> : null}
      <Notices />
    </>
  );
}
