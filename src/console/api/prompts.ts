import type { OpenPrompt, PromptAnswer } from '../../client/types.ts';
import { fetchFile } from './download.ts';
import { ask, path } from './request.ts';

/** An answer; the PIN as it was typed, for this one request; files in base64. */
export type Answer =
  | Exclude<PromptAnswer, { kind: 'pin' } | { kind: 'load' }>
  | { kind: 'pin'; pin?: string }
  | { kind: 'load'; files: readonly { name: string; data: string }[] };

/** The question that this page is to show, in the page's language; null when there is none. */
export async function openPrompt(signal: AbortSignal): Promise<OpenPrompt | null> {
  const { prompts } = await ask<{ prompts: OpenPrompt[] }>('/v1/prompts', { signal });
  return prompts.find(({ face }) => face === 'console') ?? null;
}

export async function answerPrompt(id: string, body: Answer): Promise<void> {
  await ask(path`/v1/prompts/${id}/answer`, { method: 'POST', body });
}

/** Hands the file that a question asks to save to the browser. */
export async function savePromptFile(id: string, name: string): Promise<void> {
  await fetchFile(path`/v1/prompts/${id}/content`, name);
}

/** Says no. */
export async function cancelPrompt(id: string): Promise<void> {
  await ask(path`/v1/prompts/${id}/cancel`, { method: 'POST' });
}
