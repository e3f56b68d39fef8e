import { fingerprint, type Loaded, type LoadedProcedure, loadProcedures } from './load.ts';
import { type Fit, fitOf, type Situation } from './matching.ts';
import type { Procedure, Purpose } from './procedure.ts';
import type { Refusal } from './refusal.ts';

/** Least time between two looks at the folders, in milliseconds. */
const LOOK_EVERY = 1_000;

export interface ProceduresOptions {
  /** An organisation's folders. */
  folders: readonly string[];
  /** Folder of the shipped files; only a test names another. */
  shipped?: string;
  /** Told after each reading: once for the first use, then whenever a file changed. */
  onLoaded?: (loaded: Loaded) => void;
  /** Milliseconds of a clock that never goes back. */
  clock?: () => number;
}

/** Every procedure that there is. Files are read at the first question and again when one in the folders has changed. */
export class Procedures {
  readonly #options: ProceduresOptions;
  readonly #clock: () => number;
  readonly #fits = new WeakMap<Procedure, Fit>();
  #loaded: Loaded | undefined;
  #stamp = '';
  #lookedAt = 0;

  constructor(options: ProceduresOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  /** All of them by id, with where they are from. */
  list(): LoadedProcedure[] {
    return [...this.#fresh().procedures.values()];
  }

  get(id: string): Procedure | undefined {
    return this.#fresh().procedures.get(id)?.procedure;
  }

  /** Files that could not be used, line by line. */
  refusals(): readonly Refusal[] {
    return this.#fresh().refusals;
  }

  /** Reads everything anew. Procedures that somebody holds stay as they were. */
  reload(): void {
    this.#stamp = fingerprint(this.#options.folders);
    this.#lookedAt = this.#clock();
    this.#loaded = loadProcedures(this.#options);
    this.#options.onLoaded?.(this.#loaded);
  }

  /** The best of `matches`. */
  match(situation: Situation & { purpose: Purpose }): Procedure | null {
    return this.matches(situation)[0] ?? null;
  }

  /**
   * The procedures of a purpose that fit, best first: more matching lists, then those that know the issuer, then an organisation's
   * own, then by id; the generic ones last. Does not look at the folders again: it is asked while somebody waits for the answer to a PIN.
   */
  matches({ purpose, ...situation }: Situation & { purpose: Purpose }): Procedure[] {
    const ranked = [...this.#known().procedures.values()]
      .filter(({ procedure }) => procedure.purpose === purpose)
      .map((loaded) => ({ ...loaded, fit: this.#fit(loaded.procedure)(situation) }))
      .filter(({ fit, procedure }) => fit > 0 || procedure.match.generic);
    return ranked.sort(better).map(({ procedure }) => procedure);
  }

  /** Days before a certificate's end from which its issuer renews it; null where no source tells. */
  renewalOpens(issuerDn: string): number | null {
    return this.match({ purpose: 'renew', issuerDn })?.renewalWindow?.opensDaysBefore ?? null;
  }

  #fit(procedure: Procedure): Fit {
    const known = this.#fits.get(procedure);
    if (known !== undefined) return known;
    const made = fitOf(procedure.match);
    this.#fits.set(procedure, made);
    return made;
  }

  #known(): Loaded {
    if (this.#loaded === undefined) this.reload();
    return this.#loaded ?? { procedures: new Map(), refusals: [] };
  }

  #fresh(): Loaded {
    const known = this.#known();
    if (this.#options.folders.length === 0 || this.#clock() - this.#lookedAt < LOOK_EVERY) return known;
    this.#lookedAt = this.#clock();
    if (fingerprint(this.#options.folders) !== this.#stamp) this.reload();
    return this.#known();
  }
}

type Ranked = LoadedProcedure & { fit: number };

function better(a: Ranked, b: Ranked): number {
  if (a.fit !== b.fit) return b.fit - a.fit;
  if (a.origin !== b.origin) return a.origin === 'organisation' ? -1 : 1;
  return a.procedure.id < b.procedure.id ? -1 : 1;
}
