export type StoreFailureCode = 'corrupt' | 'in_use' | 'unwritable' | 'full' | 'newer' | 'failed';

/** The database could not be opened, read or written. The file itself is left as it was found. */
export class StoreFailure extends Error {
  override name = 'StoreFailure';
  readonly code: StoreFailureCode;
  readonly path: string;

  constructor(code: StoreFailureCode, path: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.path = path;
  }
}

/** SQLite's primary result codes that mean something to a person (sqlite.org/rescode.html). */
const SQLITE = new Map<number, StoreFailureCode>([
  [5, 'in_use'],
  [6, 'in_use'],
  [8, 'unwritable'],
  [10, 'failed'],
  [11, 'corrupt'],
  [13, 'full'],
  [14, 'unwritable'],
  [26, 'corrupt'],
]);

const SYSTEM = new Map<string, StoreFailureCode>([
  ['EACCES', 'unwritable'],
  ['EISDIR', 'unwritable'],
  ['ENOENT', 'unwritable'],
  ['ENOTDIR', 'unwritable'],
  ['EPERM', 'unwritable'],
  ['EROFS', 'unwritable'],
  ['EDQUOT', 'full'],
  ['ENOSPC', 'full'],
]);

/** True for a failure of SQLite itself, or of a database that has been closed. */
export function isStoreError(error: unknown): boolean {
  return error instanceof Error && ('errcode' in error || ('code' in error && error.code === 'ERR_INVALID_STATE'));
}

/** A failure of node:sqlite or of the file system as StoreFailure. */
export function storeFailure(error: unknown, path: string): StoreFailure {
  if (error instanceof StoreFailure) return error;
  const errcode = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  const system = error instanceof Error && 'code' in error ? SYSTEM.get(String(error.code)) : undefined;
  const text = error instanceof Error ? error.message : 'unknown failure';
  return new StoreFailure(SQLITE.get(errcode & 0xff) ?? system ?? 'failed', path, text, error);
}
