/** A message that is to become a draft in a mail program. */
export interface Draft {
  /** Empty when the person adds it in the mail program. */
  to: string;
  subject: string;
  text: string;
  attachment: { name: string; type: string; bytes: Uint8Array };
}

const LINE = 76;
/** Bytes of UTF-8 in an encoded word, so that it and the header's name fit on a line of 76 characters (RFC 2047). */
const WORD = 39;

/** Whether a text can stand in a header as an address: ASCII, one `@`, nothing that could begin another header. */
export function isAddress(text: string): boolean {
  return /^[\w!#$%&'*+/=?^`{|}~.-]{1,64}@[a-z\d](?:[a-z\d.-]{0,252}[a-z\d])?$/i.test(text);
}

/**
 * The message as a file, with `X-Unsent` so that mail programs open it to be edited (RFC 5322, 2045, 2047; CRLF, 7 bit).
 * `boundary` must not occur in anything else; base64 never has its `=_`.
 */
export function makeEml({ to, subject, text, attachment }: Draft, boundary = `=_signet_${crypto.randomUUID()}`): string {
  return [
    ...(isAddress(to) ? [`To: ${to}`] : []),
    `Subject: ${encodedWords(subject)}`,
    'X-Unsent: 1',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed;',
    ` boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    folded(new TextEncoder().encode(text.replace(/\r?\n/g, '\r\n'))),
    `--${boundary}`,
    `Content-Type: ${attachment.type}`,
    `Content-Disposition: attachment; filename="${plainName(attachment.name)}"`,
    'Content-Transfer-Encoding: base64',
    '',
    folded(attachment.bytes),
    `--${boundary}--`,
    '',
  ].join('\r\n');
}

function plainName(name: string): string {
  return name.replace(/[^\w.-]/g, '_');
}

function encodedWords(text: string): string {
  const words: string[] = [];
  let word: number[] = [];
  for (const sign of text.replace(/[\r\n]+/g, ' ')) {
    const bytes = [...new TextEncoder().encode(sign)];
    if (word.length + bytes.length > WORD) {
      words.push(encodedWord(word));
      word = [];
    }
    word.push(...bytes);
  }
  return [...words, encodedWord(word)].join('\r\n ');
}

function encodedWord(bytes: readonly number[]): string {
  return `=?utf-8?B?${base64(Uint8Array.from(bytes))}?=`;
}

function folded(bytes: Uint8Array): string {
  return (
    base64(bytes)
      .match(new RegExp(`.{1,${LINE}}`, 'g'))
      ?.join('\r\n') ?? ''
  );
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
