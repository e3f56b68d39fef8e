import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { modules, node24, root } from './places.mjs';
import { excerpt, quietly } from './run.mjs';
import { Stop, say } from './say.mjs';

const stampFile = join(modules, '.signet-dependencies.json');
const lockFile = join(root, 'package-lock.json');

/** What the stamp must say for node_modules to be the one that the lockfile asks for on this platform. */
function wanted() {
  const lock = existsSync(lockFile) ? lockFile : join(root, 'package.json');
  const digest = createHash('sha256').update(readFileSync(lock)).digest('hex');
  return JSON.stringify({ lock: digest, platform: process.platform, arch: process.arch });
}

/** Whether node_modules carries our stamp for this lockfile. */
function stamped() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted() && existsSync(node24());
}

/**
 * Whether a node_modules that someone else installed holds just what the lockfile names (npm's own record in it tells).
 * @returns {boolean}
 */
function adoptable() {
  try {
    /** @type {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }>} */
    const asked = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
    /** @type {Record<string, { version?: string }>} */
    const found = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages;
    return Object.entries(asked).every(([path, { version, optional, devOptional }]) => {
      const there = found[path]?.version;
      return path === '' || there === version || (there === undefined && (optional === true || devOptional === true));
    });
  } catch {
    return false;
  }
}

/**
 * Whether dependencies are to be installed, and so native ones to be built.
 * @returns {boolean}
 */
export function dependenciesMissing() {
  return !stamped() && !adoptable();
}

/** Installs the dependencies when they are absent or the lockfile has changed, and checks once that they run here. Stops with npm's words when it fails. */
export function ensureDependencies() {
  if (stamped()) return;
  if (!adoptable()) installDependencies();
  check();
  writeFileSync(stampFile, wanted());
}

function installDependencies() {
  say('installingDependencies');
  const env = { ...process.env, ...localHeaders() };
  const options = ['--include=dev', '--loglevel=error'];
  const clean = existsSync(lockFile) ? npm(['ci', ...options], env) : undefined;
  // A lockfile made where a registry lacked some platform's optional packages is refused by `npm ci` (EUSAGE). `npm install` still
  // takes every version that the lockfile has, and leaves the file as it is.
  const incomplete = clean === undefined || (!clean.ok && clean.output.includes('EUSAGE'));
  const result = incomplete ? npm(['install', '--no-save', ...options], env) : clean;
  if (!result.ok) throw new Stop('dependenciesFailed', { output: excerpt(result.output) });
}

/**
 * npm that started us, else the one in PATH.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
function npm(args, env) {
  const program = process.env.npm_execpath;
  if (program?.endsWith('.js')) return quietly(process.execPath, [program, ...args], { cwd: root, env });
  return quietly(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { cwd: root, env });
}

/**
 * Names the headers that came with this Node.js, so that building needs no download; nothing when there are none or npm is told of others.
 * @returns {NodeJS.ProcessEnv}
 */
function localHeaders() {
  const prefix = dirname(dirname(process.execPath));
  if (!existsSync(join(prefix, 'include', 'node', 'node_api.h'))) return {};
  const { output } = npm(['config', 'get', 'nodedir', '--loglevel=error'], process.env);
  return ['', 'undefined', 'null'].includes(output) ? { npm_config_nodedir: prefix } : {};
}

function check() {
  const { ok, output } = quietly(node24(), ['--version'], { cwd: root });
  if (!ok) throw new Stop('nativeBroken', { output: excerpt(output) });
  if (Number(output.slice(1).split('.')[0]) < 24) throw new Stop('nodeTooOld', { found: output });
  const loaded = quietly(node24(), ['-e', "require('pkcs11js'); require('koffi')"], { cwd: root });
  if (!loaded.ok) throw new Stop('nativeBroken', { output: excerpt(loaded.output) });
}
