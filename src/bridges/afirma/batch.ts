import { SignetError } from '../../errors/index.ts';
import type { KeyUse } from '../../sites/index.ts';
import type { Credential } from '../../tokens/index.ts';
import { type BatchItem, readBatch } from './batch-request.ts';
import { AfirmaFailure, failureOf, failureText } from './failure.ts';
import { pick } from './pick.ts';
import { isTrue } from './properties.ts';
import { dataOf } from './request.ts';
import { algorithmOf, makeSignature, type Prepared, prepare } from './signable.ts';
import type { Work } from './work.ts';

/** What became of one document: the words that local batches use. */
interface BatchResult {
  id: string;
  result: 'DONE_AND_SAVED' | 'ERROR_PRE' | 'SKIPPED';
  description?: string;
  signature?: string;
}

/** Documents whose names and digests the question carries. */
const SHOWN = 20;

/**
 * `batch`: signs the documents of a JSON definition that came whole, after one consent for all of them. The result is base64 of
 * `{ signs }`, with the certificate behind `|` when it was wanted.
 */
export async function batch(work: Work): Promise<string> {
  const { request, sites, site, call } = work;
  const { parameters, properties } = request;
  if (parameters.has('batchpresignerurl') || parameters.has('batchpostsignerurl')) throw new AfirmaFailure('remote_batch');
  if (!isTrue(parameters.get('jsonbatch'))) throw new AfirmaFailure('xml_batch');
  if (!isTrue(parameters.get('localBatchProcess'))) throw new AfirmaFailure('remote_batch');
  const definition = readBatch(dataOf(request));
  const credential = await pick(work, properties, 'sign');
  const documents: BatchDocument[] = [];
  for (const item of definition.items) documents.push({ id: item.id, prepared: await prepared(item, credential) });
  const fine = documents.flatMap(({ prepared }) => (prepared instanceof AfirmaFailure ? [] : [prepared]));
  const hopeless = definition.stopOnError && fine.length < documents.length;
  const asked = {
    documents: fine.slice(0, SHOWN).map(({ card }) => card),
    count: fine.length,
    signatures: fine.reduce((sum, { signatures }) => sum + signatures, 0),
  };
  const run = (key: KeyUse | null) => inOrder(work, documents, definition.stopOnError, key === null ? null : { key, credential });
  const results = fine.length === 0 || hopeless ? await run(null) : await sites.withKey(site, credential, asked, call, run);
  const text = Buffer.from(JSON.stringify({ signs: results })).toString('base64');
  return isTrue(parameters.get('needcert')) ? `${text}|${credential.certificate.der.toString('base64')}` : text;
}

interface BatchDocument {
  id: string;
  prepared: Prepared | AfirmaFailure;
}

async function prepared({ signable }: BatchItem, credential: Credential): Promise<Prepared | AfirmaFailure> {
  try {
    if (signable instanceof AfirmaFailure) return signable;
    algorithmOf(credential.certificate.facts.key, signable.hash);
    return await prepare(signable);
  } catch (error) {
    return failureOf(error, 'batch');
  }
}

/** Signs in order; without a key nothing is. One that fails takes all others with it when the site wants it so. */
async function inOrder(
  { language, call }: Work,
  documents: readonly BatchDocument[],
  stopOnError: boolean,
  means: { key: KeyUse; credential: Credential } | null,
): Promise<BatchResult[]> {
  const results: BatchResult[] = [];
  const failedAt = stopOnError ? documents.findIndex(({ prepared }) => prepared instanceof AfirmaFailure) : -1;
  let stopped = false;
  for (const [index, { id, prepared }] of documents.entries()) {
    if (stopped || (means === null && index < failedAt)) {
      results.push({ id, result: 'SKIPPED' });
      continue;
    }
    try {
      if (prepared instanceof AfirmaFailure) throw prepared;
      if (means === null) throw new AfirmaFailure('batching');
      const signature = await makeSignature(prepared, means.credential, means.key);
      results.push({ id, result: 'DONE_AND_SAVED', signature: signature.toString('base64') });
    } catch (error) {
      if (isOver(error, call.signal)) throw error;
      for (const before of stopOnError ? results : []) {
        before.result = 'SKIPPED';
        delete before.signature;
        delete before.description;
      }
      results.push({ id, result: 'ERROR_PRE', description: failureText(failureOf(error, 'batch'), language) });
      stopped = stopOnError;
    }
  }
  return results;
}

/** What ends the whole batch rather than one document: the person's no, a blocked or missing token, a page that left. */
const OVER: ReadonlySet<string> = new Set([
  'prompt_cancelled',
  'prompt_timeout',
  'prompt_unavailable',
  'pin_locked',
  'pin_required',
  'token_removed',
  'token_not_found',
  'origin_not_paired',
  'shutting_down',
]);

function isOver(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || (error instanceof SignetError && OVER.has(error.code));
}
