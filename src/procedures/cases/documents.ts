export type CaseDocuments = typeof import('./documents/index.ts');

/** What makes and reads the files of a case, loaded when one is wanted: its libraries are heavy, and a daemon idles all day. */
export function caseDocuments(): Promise<CaseDocuments> {
  return import('./documents/index.ts');
}
