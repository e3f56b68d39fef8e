/** Why the daemon could not start, for a person: a message key of the catalogue, its values, and the exit code. */
export class StartFailure extends Error {
  override name = 'StartFailure';
  readonly key: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly exitCode: number;

  constructor(key: string, params: Record<string, string | number>, exitCode = 3, cause?: unknown) {
    super(key, { cause });
    this.key = key;
    this.params = params;
    this.exitCode = exitCode;
  }
}
