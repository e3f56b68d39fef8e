// Makes the practice token, or says where it is: node softhsm/practice.mjs [--state-dir DIR] [--config FILE]. Prints one line of JSON.
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'smol-toml';

/** @typedef {typeof import('../src/practice/index.ts')} Room */
/** @typedef {typeof import('../src/places/index.ts')} Places */

// By computed names: a type check before the first build does not find dist/.
const compiled = (/** @type {string} */ room) => import(new URL(`../dist/${room}/index.js`, import.meta.url).href);

/** @type {Room} */
const { findSoftHsm, provisionPractice } = await compiled('practice');
/** @type {Places} */
const { configFile, stateDir } = await compiled('places');

/**
 * The daemon's state directory with these arguments: flag over environment over configuration file over the usual place.
 * @param {string[]} args the daemon's; those that are not ours are passed over
 * @returns {string}
 */
function stateDirectory(args) {
  const options = /** @type {const} */ ({ 'state-dir': { type: 'string' }, config: { type: 'string' } });
  const { values } = parseArgs({ args, options, strict: false, allowPositionals: true });
  const { 'state-dir': flag, config } = values;
  if (typeof flag === 'string' && flag !== '') return flag;
  const file = typeof config === 'string' ? config : configFile();
  return (process.env.SIGNET_STATE_DIR ? undefined : configured(file)) ?? stateDir();
}

/**
 * The file's `stateDir`. Nothing when the file is missing or wrong: the daemon, which reads it next, says what is wrong with it.
 * @param {string} file
 * @returns {string | undefined}
 */
function configured(file) {
  if (!existsSync(file)) return undefined;
  try {
    const { stateDir: named } = parse(readFileSync(file, 'utf8'));
    return typeof named === 'string' && named !== '' ? named : undefined;
  } catch {
    return undefined;
  }
}

try {
  const library = findSoftHsm();
  if (!library) throw new Error('SoftHSM2 is not installed');
  const { done, setAside, root, conf } = await provisionPractice({ stateDir: stateDirectory(process.argv.slice(2)), library });
  console.log(JSON.stringify({ done, setAside, root, conf, library }));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 3;
}
