export { packCase, unpackCase } from './archive.ts';
export { makeDossier } from './dossier.ts';
export { makeEmail } from './email.ts';
export { pressDossier } from './press.ts';
