import { pick } from './pick.ts';
import { toBase64url } from './query.ts';
import { dataOf } from './request.ts';
import { algorithmOf, makeSignature, prepare, readSignable } from './signable.ts';
import type { Work } from './work.ts';

/** `sign`, `cosign`, `countersign`: `certificate|signature`, both base64url. */
export async function sign(work: Work): Promise<string> {
  const { request, sites, site, call } = work;
  const { parameters, properties } = request;
  const wanted = readSignable(request.op, {
    algorithm: parameters.get('algorithm'),
    format: parameters.get('format'),
    data: dataOf(request),
    properties,
  });
  const { card, signatures, ...signable } = await prepare(wanted);
  const credential = await pick(work, properties, 'sign');
  algorithmOf(credential.certificate.facts.key, signable.hash);
  const asked = { documents: [card], count: 1, signatures };
  const signature = await sites.withKey(site, credential, asked, call, (key) => makeSignature(signable, credential, key));
  return `${toBase64url(credential.certificate.der)}|${toBase64url(signature)}`;
}
