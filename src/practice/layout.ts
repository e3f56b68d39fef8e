import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where everything of the practice token lies; all absolute. */
export interface PracticeLayout {
  readonly root: string;
  readonly conf: string;
  readonly tokens: string;
  readonly ca: string;
  readonly caCertificate: string;
  readonly caKey: string;
  readonly crlDer: string;
  readonly crlPem: string;
  readonly crlNumber: string;
  readonly index: string;
  readonly issued: string;
  readonly stamp: string;
}

/** Names the files of a practice folder at `root`. */
export function layoutAt(root: string): PracticeLayout {
  const ca = join(root, 'ca');
  return {
    root,
    conf: join(root, 'softhsm2.conf'),
    tokens: join(root, 'tokens'),
    ca,
    caCertificate: join(ca, 'ca.pem'),
    caKey: join(ca, 'ca.key.pem'),
    crlDer: join(ca, 'crl.der'),
    crlPem: join(ca, 'crl.pem'),
    crlNumber: join(ca, 'crlnumber'),
    index: join(ca, 'index.txt'),
    issued: join(ca, 'issued'),
    stamp: join(root, 'practice.json'),
  };
}

/** Names the files of the practice folder of a state directory: `<stateDir>/practice`. */
export function practiceLayout(stateDir: string): PracticeLayout {
  return layoutAt(join(stateDir, 'practice'));
}

/**
 * The SoftHSM2 configuration for tokens kept in `tokens` (absolute folder).
 * Throws when the folder's name has a line break: the file format knows no escape.
 */
export function softhsmConf(tokens: string): string {
  if (/[\r\n]/.test(tokens)) throw new Error('the state directory has a line break in its name, which SoftHSM2 cannot be told');
  const template = readFileSync(new URL('../../softhsm/softhsm2.conf.template', import.meta.url), 'utf8');
  return template.replace('{tokens}', () => tokens);
}
