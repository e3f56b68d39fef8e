import type { PromptQuestion } from '../../client/types.ts';

/** A question of one kind. */
export type QuestionOf<K extends PromptQuestion['kind']> = Extract<PromptQuestion, { kind: K }>;
