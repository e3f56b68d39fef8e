import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Which card is played: `piv` answers a last wrong PIN with 63C0, `isoapplet` with 6983. */
export type Personality = 'piv' | 'isoapplet';

/** A secret of the card with its own retry counter. */
export interface Reference {
  value: string;
  left: number;
  limit: number;
}

/** Commands that carried a secret and so could have spent a try, whatever their outcome; empty VERIFY is not one. */
export interface Presentations {
  verify: number;
  change: number;
  reset: number;
}

/** One file of the ISO 7816 file system; `path` is the chain of file ids in hex, `content` base64. */
export interface StoredFile {
  path: string;
  name: string;
  directory: boolean;
  access: string;
  content: string;
}

/** Everything a real card would keep without power. */
export interface CardState {
  personality: Personality;
  /** Absent until the card was personalised (IsoApplet before `pkcs15-init`). */
  pin?: Reference;
  puk?: Reference;
  limits: { pin: number; puk: number };
  presentations: Presentations;
  signatures: number;
  /** PKCS #8 PEM by key reference in hex. */
  keys: Record<string, string>;
  /** PIV data objects by tag in hex, base64. */
  objects: Record<string, string>;
  files: StoredFile[];
}

/** Reads a card's memory. Throws if the file is missing or not JSON. */
export function readState(path: string): CardState {
  return JSON.parse(readFileSync(path, 'utf8')) as CardState;
}

/** Writes a card's memory in one step (0600), so that a killed card process never leaves half of it. */
export function writeState(path: string, state: CardState): void {
  const draft = `${path}.new`;
  writeFileSync(draft, JSON.stringify(state, null, 1), { mode: 0o600 });
  renameSync(draft, path);
}
