export { accept, type Given, LARGEST_FILES, MOST_FILES } from './accept.ts';
export {
  CLOSINGS,
  type Closing,
  DESK_FACES,
  Desk,
  type DeskEvent,
  type DeskFace,
  type DeskListener,
  type DeskOptions,
  type OpenPrompt,
} from './desk.ts';
export { type Asking, FACES, type Face, type FaceName } from './face.ts';
export { bareName } from './file-name.ts';
export { type PinentryOptions, pinentryFace } from './pinentry/index.ts';
export { sessionScreen } from './pinentry/session.ts';
export { type Dialog, Prompt, type PromptOptions, type TurnOptions } from './prompt.ts';
export {
  type Act,
  type Again,
  type Answers,
  type Asker,
  type CertificateCard,
  type DocumentCard,
  type PickedFile,
  type Question,
  type QuestionKind,
  type QuestionOf,
  SITE_RIGHTS,
  type SiteRight,
  type TokenCard,
  type TriesCard,
  WAYS,
  type Way,
  type WayOut,
} from './question.ts';
export { certificateWords, type Words, wordsOf } from './words.ts';
