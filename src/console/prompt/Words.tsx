import type { OpenPrompt } from '../../client/types.ts';

/** The words of a question, part by part; who asks stands out. `lines` are those to show, where others are shown otherwise. */
export function Words({ prompt, lines = prompt.words.lines }: { prompt: OpenPrompt; lines?: readonly string[] }) {
  const { name } = prompt.question.asker;
  const asker = URL.canParse(name) ? new URL(name).origin : name;
  return (
    <>
      {partsOf(lines).map((part, n) => (
        <div key={n} class="prompt-part">
          {part.map((line, m) => (
            <p key={m} class={line === asker || line === name ? 'prompt-asker' : undefined}>
              {line}
            </p>
          ))}
        </div>
      ))}
    </>
  );
}

/** The lines between empty ones. */
function partsOf(lines: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  for (const line of lines) {
    if (line === '') parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts.filter((part) => part.length > 0);
}
