import { originOf } from '../../access/index.ts';
import { SignetError } from '../../errors/index.ts';

/** Hash functions that the protocol knows (web-eid-app, commands.cpp), and the length of their values in bytes. */
const HASHES = {
  'SHA-224': 28,
  'SHA-256': 32,
  'SHA-384': 48,
  'SHA-512': 64,
  'SHA3-224': 28,
  'SHA3-256': 32,
  'SHA3-384': 48,
  'SHA3-512': 64,
} as const;
export type HashFunction = keyof typeof HASHES;

/** A command of the extension's, checked. */
export type WebEidRequest =
  | { command: 'quit' }
  | { command: 'get-signing-certificate'; origin: string }
  | { command: 'authenticate'; origin: string; challengeNonce: string }
  | { command: 'sign'; origin: string; hash: Buffer; hashFunction: HashFunction; certificate: Buffer };

type Command = WebEidRequest['command'];

/** What each command is given: all of it, and besides it nothing but `lang`. */
const ARGUMENTS: Readonly<Record<Command, readonly string[]>> = {
  quit: [],
  'get-signing-certificate': ['origin'],
  authenticate: ['challengeNonce', 'origin'],
  sign: ['hash', 'hashFunction', 'certificate', 'origin'],
};
/** Lengths in characters. */
const LONGEST_ORIGIN = 255;
const NONCE = { min: 44, max: 128 };
const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$|^[A-Za-z0-9+/]{2}==$|^[A-Za-z0-9+/]{3}=$/;

/** Reads a message of the extension's. Throws `invalid_request`, which names the member that is not as it should be. */
export function readRequest(message: unknown): WebEidRequest {
  const { command, arguments: given } = asObject(message, 'message');
  if (!isCommand(command)) throw invalid('command');
  const all = asObject(given, 'arguments');
  const wanted = ARGUMENTS[command];
  const { lang } = all;
  if (lang !== undefined && typeof lang !== 'string') throw invalid('arguments.lang');
  for (const name of Object.keys(all)) if (name !== 'lang' && !wanted.includes(name)) throw invalid('arguments');
  const text = (name: string): string => {
    const value = all[name];
    if (typeof value !== 'string' || value === '') throw invalid(`arguments.${name}`);
    return value;
  };
  if (command === 'quit') return { command };
  const origin = asOrigin(text('origin'));
  switch (command) {
    case 'get-signing-certificate':
      return { command, origin };
    case 'authenticate':
      return { command, origin, challengeNonce: asNonce(text('challengeNonce')) };
    case 'sign': {
      const hashFunction = asHashFunction(text('hashFunction'));
      const hash = asBytes(text('hash'), 'hash');
      if (hash.length !== HASHES[hashFunction]) throw invalid('arguments.hash');
      return { command, origin, hash, hashFunction, certificate: asBytes(text('certificate'), 'certificate') };
    }
  }
}

/** The language that a message asks for, whatever else is wrong with it. */
export function langOf(message: unknown): string | undefined {
  const lang = (message as { arguments?: { lang?: unknown } | null } | null)?.arguments?.lang;
  return typeof lang === 'string' ? lang : undefined;
}

/**
 * The origin as a browser writes it, and so what the site's server compares with: another spelling of the same would be signed as
 * another. `wss` is refused with the rest: no page has such an origin.
 */
function asOrigin(text: string): string {
  if (text.length > LONGEST_ORIGIN || originOf(text) !== text) throw invalid('arguments.origin');
  return text;
}

function asNonce(text: string): string {
  if (text.length < NONCE.min || text.length > NONCE.max) throw invalid('arguments.challengeNonce');
  return text;
}

function asHashFunction(text: string): HashFunction {
  if (!Object.hasOwn(HASHES, text)) throw invalid('arguments.hashFunction');
  return text as HashFunction;
}

function asBytes(text: string, name: string): Buffer {
  if (!BASE64.test(text)) throw invalid(`arguments.${name}`);
  return Buffer.from(text, 'base64');
}

function asObject(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(field);
  return value as Record<string, unknown>;
}

function isCommand(value: unknown): value is Command {
  return typeof value === 'string' && Object.hasOwn(ARGUMENTS, value);
}

function invalid(field: string): SignetError {
  return new SignetError('invalid_request', { params: { field } });
}
