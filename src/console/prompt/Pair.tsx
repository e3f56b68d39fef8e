import { useSignal } from '@preact/signals';
import { Button, Select } from '../components/index.ts';
import { t } from '../state/language.ts';
import type { QuestionOf } from './kinds.ts';
import type { Asking } from './PromptDialog.tsx';
import { Words } from './Words.tsx';

const LISTED = '- ';

/** Whether a site may use Signet at all: what of it, and for how long. */
export function Pair({ prompt, question, held, busy, answer, refuse }: Asking & { question: QuestionOf<'pair'> }) {
  const { wants, days } = question;
  const rights = useSignal<readonly string[]>(wants);
  const chosen = useSignal(String(days[0] ?? 0));
  // The words list the rights in the order in which they are wanted, below a line that leads to them.
  const { lines } = prompt.words;
  const names = lines.filter((line) => line.startsWith(LISTED)).map((line) => line.slice(LISTED.length));
  const first = lines.findIndex((line) => line.startsWith(LISTED));
  const allow = (): void => {
    void answer({ kind: 'pair', rights: wants.filter((right) => rights.value.includes(right)), days: Number(chosen.value) });
  };
  return (
    <>
      <Words prompt={prompt} lines={lines.slice(0, first - 1)} />
      <fieldset class="prompt-choice">
        <legend>{lines[first - 1]}</legend>
        {wants.map((right, n) => (
          <label key={right}>
            <input
              type="checkbox"
              checked={rights.value.includes(right)}
              onChange={({ currentTarget: { checked } }) => {
                rights.value = checked ? [...rights.value, right] : rights.value.filter((each) => each !== right);
              }}
            />
            <span>{names[n] ?? right}</span>
          </label>
        ))}
      </fieldset>
      <Words prompt={prompt} lines={lines.slice(first + names.length)} />
      {days.length > 1 ? (
        <Select
          label={t('console.prompt.how_long')}
          value={chosen.value}
          options={days.map((count) => [String(count), t('console.prompt.days', { count })] as const)}
          onChange={(value) => {
            chosen.value = value;
          }}
        />
      ) : null}
      <div class="actions">
        <Button disabled={held} onClick={() => void refuse()}>
          {prompt.words.cancel}
        </Button>
        <Button tone="primary" disabled={(held && !busy) || rights.value.length === 0} busy={busy} onClick={allow}>
          {t('console.prompt.allow', { count: Number(chosen.value) })}
        </Button>
      </div>
    </>
  );
}
