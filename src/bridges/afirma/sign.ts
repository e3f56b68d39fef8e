import { AfirmaFailure } from './failure.ts';
import { pickedOne, proposed } from './files.ts';
import { pick } from './pick.ts';
import { toBase64url } from './query.ts';
import { dataOf } from './request.ts';
import { algorithmOf, makeSignature, prepare, readSignable, type Signable } from './signable.ts';
import type { Work } from './work.ts';

interface Signed {
  /** What the page is answered. */
  text: string;
  signature: Buffer;
  signable: Signable;
  /** Of the file that the person picked; null when the page brought the document. */
  file: string | null;
}

/**
 * `sign`, `cosign`, `countersign`: `certificate|signature`, both base64url. A page that brings no document has the person pick a
 * file; its name follows as a third part.
 */
export async function sign(work: Work): Promise<string> {
  return (await signed(work, work.request.op)).text;
}

/** `signandsave`: signs, then has the person save the signature; when they do not, the page gets none. */
export async function signAndSave(work: Work): Promise<string> {
  const { request, sites, site, call } = work;
  const { text, signature, signable, file } = await signed(work, request.parameters.get('cop') ?? '');
  const ending = signable.format === 'cades' ? 'csig' : 'sig';
  const name = proposed(request.parameters, `${file ?? 'signature'}.${ending}`);
  await sites.save(site, { name, content: signature }, call);
  return text;
}

async function signed(work: Work, operation: string): Promise<Signed> {
  const { sites, site, call, request } = work;
  const { properties } = request;
  const { signable: wanted, file } = await readWanted(work, operation);
  const { card, signatures, ...signable } = await prepare(wanted, file);
  const credential = await pick(work, properties, 'sign');
  algorithmOf(credential.certificate.facts.key, signable.hash);
  const asked = { documents: [card], count: 1, signatures };
  const signature = await sites.withKey(site, credential, asked, call, (key) => makeSignature(signable, credential, key));
  const extra = file === null ? [] : [toBase64url(Buffer.from(JSON.stringify({ filename: file })))];
  const text = [toBase64url(credential.certificate.der), toBase64url(signature), ...extra].join('|');
  return { text, signature, signable, file };
}

async function readWanted(work: Work, operation: string): Promise<{ signable: Signable; file: string | null }> {
  const { request } = work;
  const { parameters, properties } = request;
  const said = { algorithm: parameters.get('algorithm'), format: parameters.get('format'), properties };
  if ((parameters.get('dat') ?? '') !== '') {
    return { signable: readSignable(operation, { ...said, data: dataOf(request) }), file: null };
  }
  requireMakeable(operation, said);
  const { name, data } = await pickedOne(work);
  return { signable: readSignable(operation, { ...said, data }), file: name };
}

/** Throws AfirmaFailure for what Signet makes of no file whatever, before one is asked for. */
function requireMakeable(operation: string, said: Omit<Parameters<typeof readSignable>[1], 'data'>): void {
  try {
    readSignable(operation, { ...said, data: Buffer.alloc(0) });
  } catch (error) {
    // `AUTO` goes by the file, which is not there yet.
    if (!(error instanceof AfirmaFailure) || error.kind !== 'data_unknown') throw error;
  }
}
