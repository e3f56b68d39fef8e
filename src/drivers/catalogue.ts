import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { matchesPattern, parseAtr, parseAtrPattern, patternsOverlap } from './atr.ts';
import { conservativeQuirks, type DriverProfile, type Quirks } from './profile.ts';

export { type InstalledDriver, installedDrivers } from './installed.ts';
export { type DriverProfile, genericProfile, profileFor, type Quirks, type TryLimit } from './profile.ts';

/** A kind of card and its ATRs, in the notation of `drivers.schema.json`. */
export interface Card {
  readonly name: string;
  readonly atrs: readonly string[];
}

/** One PKCS#11 library of the catalogue, with every quirk filled in. */
export interface DriverEntry extends DriverProfile {
  readonly vendor: string;
  readonly family?: string;
  readonly cards: readonly Card[];
  /** Candidate paths in order, with `%NAME%` variables not yet expanded. */
  readonly libraries: {
    readonly linux: readonly string[];
    readonly darwin: readonly string[];
    readonly win32: readonly string[];
  };
  readonly sources: readonly string[];
  /** True if this project ran the library and saw what the entry says. */
  readonly verified: boolean;
}

export interface Catalogue {
  readonly drivers: readonly DriverEntry[];
}

interface CatalogueFile {
  drivers: (Omit<DriverEntry, 'quirks'> & { quirks: Partial<Quirks> })[];
}

/** The catalogue cannot be used; the message names the entry and the field, as the two properties do where there is one. */
export class CatalogueError extends Error {
  override name = 'CatalogueError';
  readonly entryId: string | null;
  readonly field: string | null;

  constructor(file: string, entryId: string | null, field: string | null, problem: string, cause?: unknown) {
    const place = [entryId === null ? null : `entry "${entryId}"`, field].filter((part) => part !== null && part !== '');
    super([file, ...place, problem].join(': '), { cause });
    this.entryId = entryId;
    this.field = field;
  }
}

// Two levels up is the package's root from src/drivers as well as from dist/drivers.
const shipped = (name: string): string => fileURLToPath(new URL(`../../native-config/${name}`, import.meta.url));

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new CatalogueError(file, null, null, reason, cause);
  }
}

/** What to call the entry at an index of a file that is not yet known to be valid. */
function entryName(data: unknown, index: number): string {
  const drivers: unknown = data instanceof Object && 'drivers' in data ? data.drivers : undefined;
  const entry: unknown = Array.isArray(drivers) ? drivers[index] : undefined;
  const id: unknown = entry instanceof Object && 'id' in entry ? entry.id : undefined;
  return typeof id === 'string' ? id : `#${index}`;
}

function schemaError(file: string, data: unknown, error: ErrorObject): CatalogueError {
  const path = error.instancePath.split('/').slice(1);
  const { missingProperty, additionalProperty }: Record<string, unknown> = error.params;
  const inside = path[0] === 'drivers' && path[1] !== undefined;
  const at = [...(inside ? path.slice(2) : path), missingProperty ?? additionalProperty].filter((part) => part !== undefined);
  const problem = additionalProperty === undefined ? (error.message ?? 'is not valid') : 'is not a known field';
  return new CatalogueError(file, inside ? entryName(data, Number(path[1])) : null, at.join('.'), problem);
}

/** Refuses what the schema cannot see: an id used twice, a mask of another length, an ATR that two cards claim. */
function checkUnique(file: string, { drivers }: CatalogueFile): void {
  const ids = new Set<string>();
  const claimed: { id: string; pattern: ReturnType<typeof parseAtrPattern> }[] = [];
  for (const { id, cards } of drivers) {
    if (ids.has(id)) throw new CatalogueError(file, id, 'id', 'is used twice');
    ids.add(id);
    for (const [cardIndex, card] of cards.entries()) {
      for (const [atrIndex, atr] of card.atrs.entries()) {
        const field = `cards.${cardIndex}.atrs.${atrIndex}`;
        const pattern = readPattern(file, id, field, atr);
        const rival = claimed.find((other) => patternsOverlap(other.pattern, pattern));
        if (rival !== undefined) throw new CatalogueError(file, id, field, `is already claimed by entry "${rival.id}"`);
        claimed.push({ id, pattern });
      }
    }
  }
}

function readPattern(file: string, id: string, field: string, atr: string): ReturnType<typeof parseAtrPattern> {
  try {
    return parseAtrPattern(atr);
  } catch (cause) {
    throw new CatalogueError(file, id, field, cause instanceof Error ? cause.message : 'is not valid', cause);
  }
}

/**
 * Reads and checks a catalogue: the shipped `native-config/drivers.json` unless `file` names another. Quirks that an entry leaves
 * out are the conservative ones. Throws a `CatalogueError`.
 */
export function loadCatalogue(file: string = shipped('drivers.json')): Catalogue {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile<CatalogueFile>(
    readJson(shipped('drivers.schema.json')) as object,
  );
  const data = readJson(file);
  if (!validate(data)) {
    const [error] = validate.errors ?? [];
    throw error === undefined ? new CatalogueError(file, null, null, 'is not valid') : schemaError(file, data, error);
  }
  checkUnique(file, data);
  return { drivers: data.drivers.map((entry) => ({ ...entry, quirks: { ...conservativeQuirks, ...entry.quirks } })) };
}

/**
 * The entry and card that an ATR belongs to, or null. `atr` is hex in any case, with or without separators; text that is no ATR
 * matches nothing. An ATR tells the family of a card, never whose certificates are on it.
 */
export function matchAtr(atr: string, catalogue: Catalogue): { entry: DriverEntry; card: Card } | null {
  const bytes = parseAtr(atr);
  if (bytes === null) return null;
  for (const entry of catalogue.drivers) {
    const card = entry.cards.find(({ atrs }) => atrs.some((pattern) => matchesPattern(bytes, parseAtrPattern(pattern))));
    if (card !== undefined) return { entry, card };
  }
  return null;
}
