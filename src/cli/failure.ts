/** Exit codes of the command line: done, the answer is no, wrong use, could not, PIN problem. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/** Why a command stops, where the daemon was not the one to say so. Its texts are in the catalogues under `cli.failure.<code>`. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';
  readonly code: string;
  readonly exit: ExitCode;
  readonly params: Readonly<Record<string, string | number>>;

  constructor(code: string, exit: ExitCode, params: Record<string, string | number> = {}, cause?: unknown) {
    super(code, { cause });
    this.code = code;
    this.exit = exit;
    this.params = params;
  }
}

/** The code of a system error such as ENOENT, or its name. */
export function systemReason(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.name : 'unknown';
}
