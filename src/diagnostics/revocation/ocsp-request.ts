import type { OcspQuestion } from '../reach/reached.ts';

const SHA1 = Buffer.from('300906052b0e03021a0500', 'hex');

/** An OCSPRequest about one certificate, in DER (RFC 6960 section 4.1.1): unsigned, and with no name of who asks. */
export function ocspRequest({ nameHash, keyHash, serial }: OcspQuestion): Buffer {
  const number = Buffer.from(serial, 'hex');
  const positive = (number[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), number]) : number;
  const id = der(0x30, SHA1, der(4, Buffer.from(nameHash, 'hex')), der(4, Buffer.from(keyHash, 'hex')), der(2, positive));
  return der(0x30, der(0x30, der(0x30, der(0x30, id))));
}

/** Short enough for two length octets: a CertID is at most some 80 bytes. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const contents = Buffer.concat(parts);
  const length = contents.length < 0x80 ? [contents.length] : [0x82, contents.length >> 8, contents.length & 0xff];
  if (contents.length >= 0x80 && contents.length < 0x100) length.splice(0, 2, 0x81);
  return Buffer.concat([Buffer.of(tag, ...length), contents]);
}
