import { CommanderError } from 'commander';
import { DaemonUnreachable, SignetApiError } from '../client/index.ts';
import { ERRORS, SignetError } from '../errors/index.ts';
import { errorTexts, howSure, isPinFacts, type PinFacts, translator, triesLeft } from '../messages/index.ts';
import { CliFailure, type ExitCode } from './failure.ts';
import { Page } from './page.ts';
import { paletteFor } from './palette.ts';
import { type Terminal, widthOf } from './terminal.ts';
import { describeWrongUse } from './wrong-use.ts';

/** An error as a problem body (RFC 9457; without `status` where no server was asked) and its exit code. */
export interface Told {
  problem: Record<string, unknown> & {
    title: string;
    code: string;
    detail: string;
    nextStep?: { text: string; procedureId?: string };
  };
  exit: ExitCode;
}

/** Whatever went wrong, as what is told of it. An error that nobody foresaw is told without its message, which may hold anything. */
export function tellError(error: unknown, language: string): Told {
  if (error instanceof SignetApiError) {
    return { problem: { ...error.problem }, exit: exitOf(error.code) };
  }
  if (error instanceof SignetError) {
    const { nextStep, ...texts } = errorTexts(error.code, error.facts, language);
    const pin = error.facts.pin === undefined ? {} : { pin: error.facts.pin };
    const told = problem('error', error.code, texts.title, texts.detail, nextStep, pin);
    const more = error.facts.extra?.nextStep as Partial<Told['problem']['nextStep']>;
    if (more !== undefined) told.nextStep = { text: nextStep ?? '', ...more };
    return { problem: told, exit: exitOf(error.code) };
  }
  const failure = asFailure(error);
  const t = translator(language);
  const said = (name: string): string | undefined => {
    const key = `cli.failure.${failure.code}.${name}`;
    const text = t(key, failure.params);
    return text === key ? undefined : text;
  };
  return {
    problem: problem('cli', failure.code, said('title') ?? failure.code, said('detail') ?? '', said('next')),
    exit: failure.exit,
  };
}

/** Prints an error: on standard output as JSON where that was asked for, else on standard error for people. Returns the exit code. */
export function report(error: unknown, context: { json: boolean; language: string; terminal: Terminal }): ExitCode {
  const { json, language, terminal } = context;
  const { problem: told, exit } = tellError(error, language);
  if (json) {
    terminal.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
    return exit;
  }
  const { stderr, env } = terminal;
  const page = new Page().verdict('bad', told.title);
  if (told.detail !== '') page.text(told.detail);
  for (const field of fieldsOf(told)) page.item(' ', field);
  if (isPinFacts(told.pin)) page.text(howKnown(told.pin, language));
  if (told.nextStep !== undefined) page.text(told.nextStep.text);
  if (told.nextStep?.procedureId !== undefined) page.command(`signet procedures show ${told.nextStep.procedureId}`);
  stderr.write(page.render(widthOf(stderr, env), paletteFor(stderr, env)));
  return exit;
}

function problem(
  kind: string,
  code: string,
  title: string,
  detail: string,
  next: string | undefined,
  more = {},
): Told['problem'] {
  return {
    type: `urn:signet:${kind}:${code}`,
    title,
    code,
    detail,
    ...more,
    ...(next === undefined ? {} : { nextStep: { text: next } }),
  };
}

function asFailure(error: unknown): CliFailure {
  if (error instanceof CliFailure) return error;
  if (error instanceof DaemonUnreachable) return new CliFailure(`daemon_${error.reason}`, 3, { place: error.place });
  if (error instanceof CommanderError) return describeWrongUse(error);
  const name = error instanceof Error ? error.name : typeof error;
  return new CliFailure('unexpected', 3, { name });
}

function exitOf(code: string): ExitCode {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as keyof typeof ERRORS].exit : 3;
}

function howKnown(pin: PinFacts, language: string): string {
  const t = translator(language);
  return t('cli.pin_known', { left: triesLeft(pin, t), sure: howSure(pin, t) });
}

function fieldsOf(told: Told['problem']): string[] {
  if (!Array.isArray(told.errors)) return [];
  return (told.errors as { field: string; expected: string }[]).map(({ field, expected }) => `${field}: ${expected}`);
}
