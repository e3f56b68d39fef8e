import { AfirmaFailure } from './failure.ts';
import type { Properties } from './properties.ts';
import { propertiesOf, readData } from './request.ts';
import { readSignable, type Signable } from './signable.ts';

/** One document of a batch, or why it cannot be signed. */
export interface BatchItem {
  id: string;
  signable: Signable | AfirmaFailure;
}

export interface Batch {
  stopOnError: boolean;
  items: BatchItem[];
}

const MOST_DOCUMENTS = 1_000;
const LONGEST_ID = 1_024;

/**
 * Reads the JSON definition of a local batch. What is said for the whole batch holds for each document that does not say
 * otherwise. A document that cannot be signed keeps its failure; a definition that cannot be read throws AfirmaFailure.
 */
export function readBatch(bytes: Buffer): Batch {
  const root = objectOf(parsed(bytes.toString('utf8')));
  const list = root?.singlesigns;
  if (root === null || !Array.isArray(list) || list.length === 0 || list.length > MOST_DOCUMENTS) throw malformed();
  const items = list.map((each) => readItem(objectOf(each), root));
  if (new Set(items.map(({ id }) => id)).size < items.length) throw malformed();
  return { stopOnError: String(root.stoponerror ?? false).toLowerCase() === 'true', items };
}

type Json = Readonly<Record<string, unknown>>;

function readItem(own: Json | null, root: Json): BatchItem {
  const id = own?.id;
  if (own === null || typeof id !== 'string' || id === '' || id.length > LONGEST_ID) throw malformed();
  const said = {
    algorithm: text(root.algorithm),
    format: text(own.format ?? root.format),
    operation: text(own.suboperation ?? root.suboperation) ?? 'sign',
    properties: text(own.extraparams ?? root.extraparams),
    data: text(own.datareference),
  };
  try {
    const { algorithm, format, operation } = said;
    const properties: Properties = propertiesOf(said.properties);
    const data = readData(said.data, false);
    return { id, signable: readSignable(operation, { algorithm, format, data, properties }) };
  } catch (error) {
    if (error instanceof AfirmaFailure) return { id, signable: error };
    throw error;
  }
}

function text(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw malformed();
  return value;
}

function objectOf(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch (cause) {
    throw malformed(cause);
  }
}

function malformed(cause?: unknown): AfirmaFailure {
  return new AfirmaFailure('batch_malformed', { cause });
}
