export { type ErrorTexts, errorTexts } from './errors.ts';
export { answerLanguage, LANGUAGES, type Language, type LanguageWishes, pickLanguage, supported } from './language.ts';
export { howSure, isPinFacts, type PinFacts, pinState, triesLeft } from './pin.ts';
export { type Translate, translator } from './translator.ts';
