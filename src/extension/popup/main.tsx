import { render } from 'preact';
import { LANGUAGES, showLanguage } from '../../console/state/language.ts';
import '../../console/styles/base.css';
import '../../console/styles/components.css';
import './popup.css';
import { t } from '../texts.ts';
import { Popup } from './Popup.tsx';

// The tries are told in the words of the console, in the language of the extension's own.
const language = LANGUAGES.find((each) => each === t('language')) ?? 'en';
await showLanguage(language);
const root = document.getElementById('popup');
if (root !== null) render(<Popup />, root);
