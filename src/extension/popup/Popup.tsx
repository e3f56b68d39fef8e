import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../../client/web/messages.ts';
import { Tries } from '../../console/components/Tries.tsx';
import type { Overview } from '../../host/overview.ts';
import { NativeHost } from '../background/native.ts';
import { showBadge } from '../badge.ts';
import { plural, t } from '../texts.ts';

type Seen = { state: 'reading' } | { state: 'seen'; overview: Overview } | { state: 'failed'; problem: Problem };

const host = new NativeHost();

async function look(): Promise<Seen> {
  const answer = await host.ask({ origin: null, method: 'overview', params: {} }).answer;
  const overview = 'result' in answer ? (answer.result as Overview) : null;
  void showBadge(overview);
  return overview === null ? { state: 'failed', problem: (answer as { error: Problem }).error } : { state: 'seen', overview };
}

/** What the button shows: each card or key with its tries, certificates near their end, and the way to the console. */
export function Popup() {
  const [seen, setSeen] = useState<Seen>({ state: 'reading' });
  const [failed, setFailed] = useState<Problem | null>(null);
  const read = async (): Promise<void> => {
    setFailed(null);
    setSeen(await look());
  };
  useEffect(() => {
    void (async () => {
      await read();
      host.ask({ origin: null, method: 'listen', params: {}, onEvent: (event) => void (event === 'changed' && read()) });
    })();
  }, []);
  const open = async (): Promise<void> => {
    const answer = await host.ask({ origin: null, method: 'console', params: {} }).answer;
    if ('error' in answer) return setFailed(answer.error);
    await chrome.tabs.create({ url: (answer.result as { url: string }).url });
    window.close();
  };
  const problem = failed ?? (seen.state === 'failed' ? seen.problem : null);
  return (
    <>
      <header class="bar">
        <img src="/icons/32.png" alt="" width="24" height="24" />
        <h1>{t('name')}</h1>
      </header>
      <main aria-busy={seen.state === 'reading'} aria-live="polite">
        {problem === null ? null : <Trouble problem={problem} again={read} />}
        {problem === null && seen.state === 'seen' ? <State overview={seen.overview} /> : null}
        {seen.state === 'reading' ? <p class="soft">{t('popup_reading')}</p> : null}
      </main>
      {problem?.code === 'host_missing' ? null : (
        <footer class="bar">
          <button type="button" class="button" onClick={() => void open()}>
            {t('popup_open')}
          </button>
        </footer>
      )}
    </>
  );
}

function State({ overview: { tokens, ending } }: { overview: Overview }) {
  if (tokens.length === 0) return <p>{t('popup_none')}</p>;
  return (
    <>
      <ul class="tokens">
        {tokens.map(({ id, label, pin }) => (
          <li key={id} class="sheet">
            <h2>{label}</h2>
            <Tries pin={pin} small />
            {pin.state === 'locked' ? <p>{t('popup_locked')}</p> : null}
          </li>
        ))}
      </ul>
      {ending.map((each) => (
        <p key={`${each.token} ${each.holder} ${each.notAfter}`} class="notice">
          {endWords(each)}
        </p>
      ))}
    </>
  );
}

function endWords({ holder, token, daysLeft }: Overview['ending'][number]): string {
  // Less than a day counts as one: "in 0 days" is nothing that anybody says.
  const days = Math.max(1, daysLeft);
  return daysLeft < 0 ? t('popup_ended', holder, token) : plural('popup_ends', days, holder, token, days);
}

function Trouble({ problem, again }: { problem: Problem; again: () => Promise<void> }) {
  return (
    <div class="notice" role="alert">
      <h2>{problem.title ?? problem.code}</h2>
      {problem.nextStep === undefined ? <p>{problem.detail}</p> : <p>{problem.nextStep.text}</p>}
      <button type="button" class="button quiet" onClick={() => void again()}>
        {t('popup_again')}
      </button>
    </div>
  );
}
