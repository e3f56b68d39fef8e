import { readFileSync } from 'node:fs';

/** @type {Record<string, Record<string, string>>} */
const catalogue = JSON.parse(readFileSync(new URL('./messages.json', import.meta.url), 'utf8'));

/**
 * The person's language: the first of LC_ALL, LC_MESSAGES and LANG that is set decides (POSIX, 8.2); English when there is no catalogue for it.
 * @param {NodeJS.ProcessEnv} env
 * @returns {string} a key of the catalogue
 */
export function language(env) {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  const wanted = locale.slice(0, 2).toLowerCase();
  return Object.hasOwn(catalogue, wanted) ? wanted : 'en';
}

/**
 * The text of a message in the person's language.
 * @param {string} key of the catalogue; an unknown one is returned as it is
 * @param {Record<string, string>} [values] what stands for `{name}`
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
export function text(key, values = {}, env = process.env) {
  const message = catalogue[language(env)]?.[key] ?? catalogue.en?.[key] ?? key;
  return message.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/**
 * Prints a message on standard output.
 * @param {string} key
 * @param {Record<string, string>} [values]
 */
export function say(key, values) {
  console.log(text(key, values));
}

/** Set-up cannot go on. The message is for the person; the exit code is 3 ("could not") unless it says otherwise. */
export class Stop extends Error {
  /**
   * @param {string} key of the message
   * @param {Record<string, string>} [values]
   * @param {number} [exitCode]
   */
  constructor(key, values, exitCode = 3) {
    super(text(key, values));
    this.exitCode = exitCode;
  }
}

/**
 * Runs the program of a set-up script: a Stop ends it with its message and exit code, without a stack.
 * @param {() => Promise<number> | number} program gives the exit code
 */
export async function main(program) {
  try {
    process.exitCode = await program();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    console.error(error.message);
    process.exitCode = error.exitCode;
  }
}
