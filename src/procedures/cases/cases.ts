import { createHash } from 'node:crypto';
import { SignetError } from '../../errors/index.ts';
import type { Language } from '../../messages/index.ts';
import type { Audit, CaseStore } from '../../store/index.ts';
import { isForCertificate, knowsItsCertificate } from './arrival.ts';
import type { Actor, ProcedureBook, SeenToken } from './book.ts';
import { dayOf } from './day.ts';
import { cleanName, freeName } from './file-name.ts';
import { fileKind } from './file-type.ts';
import { newCaseId, newFileId, readCaseId } from './id.ts';
import { checkedImport, isIdentical } from './importing.ts';
import { remindersDue, wasReminded } from './lasting.ts';
import { MAX_FILE, MAX_FILES, MAX_FILES_SIZE, MAX_NOTES } from './limits.ts';
import { markStep, type StepChange } from './marking.ts';
import { observation, USABLE } from './observe.ts';
import { newCase, type OpenRequest } from './opening.ts';
import { blockedId, findProposals, type Proposal, stillOpen } from './proposals.ts';
import type { CaseDocumentInput, CaseFileFacts, CaseOutcome, CaseRecord, Happening, Holder } from './record.ts';
import { stepStates } from './steps.ts';
import { type Case, caseOf, type ListedCase, listedCase, rowOf } from './stored.ts';

export interface CasesOptions {
  store: CaseStore;
  audit: Pick<Audit, 'addNow'>;
  procedures: ProcedureBook;
  /** Tells whoever listens that a case is not what it was. */
  onUpdate(update: { caseId: string; version: number; reason: UpdateReason }): void;
  /** What is plugged in now. Never presents a PIN. */
  look(): Promise<SeenToken[]>;
  now?: () => Date;
}

export type UpdateReason =
  | 'opened'
  | 'changed'
  | 'step'
  | 'note'
  | 'file'
  | 'observed'
  | 'reminder'
  | 'closed'
  | 'reopened'
  | 'imported'
  | 'deleted';

/** What may be changed of a case apart from its steps. */
export interface CaseChange {
  holder?: Partial<Holder>;
  language?: Language;
  references?: string[];
  reminderDays?: number;
}

/** A file as somebody hands it in. */
export interface NewFile {
  name: string;
  bytes: Uint8Array;
  stepId?: string | undefined;
}

interface Write {
  id: string;
  /** The version that the writer saw; null for what Signet writes itself. */
  seen: number | null;
  actor: Actor;
  reason: UpdateReason;
  /** A closed case takes it too. */
  closedToo?: true;
}

const SIGNET: Actor = { id: 'signet', language: 'en' };

/**
 * The cases. Every write names the version that its writer saw and is refused with `case_changed` when another came first, so that
 * nobody overwrites what he has not read; each adds one line to the history, whose last number is the version. Throws
 * `case_not_found`, `case_closed`, and StoreFailure, with nothing changed then.
 */
export class Cases {
  readonly #options: CasesOptions;
  readonly #now: () => Date;

  constructor(options: CasesOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
  }

  /** Newest first. */
  list(state?: 'open' | 'closed'): ListedCase[] {
    const { store } = this.#options;
    return store.list(state).map((row) => listedCase(store, row));
  }

  get(id: string): Case {
    const { store } = this.#options;
    const row = store.get(readCaseId(id) ?? '');
    if (row === undefined) throw new SignetError('case_not_found');
    return caseOf(store, row);
  }

  /** See `newCase`. */
  async open(request: OpenRequest, actor: Actor): Promise<Case> {
    const { procedures } = this.#options;
    const { proposalId, tokenId, certificate, procedureId = '' } = request;
    const awaits = certificate === undefined && isForCertificate(request.purpose ?? procedures.get(procedureId)?.purpose);
    const needed = proposalId !== undefined || tokenId !== undefined || awaits;
    const tokens = needed ? await this.#options.look() : [];
    const one = newCase(request, { tokens, book: procedures, now: this.#now(), actor });
    this.#insert(one, []);
    this.#told(one, actor, 'opened', { procedure: one.procedure.id, how: one.opened.how });
    return one;
  }

  change(id: string, seen: number, change: CaseChange, actor: Actor): Case {
    return this.#write({ id, seen, actor, reason: 'changed' }, (one) => {
      const { holder, ...others } = change;
      Object.assign(one, others);
      if (holder !== undefined) one.holder = { ...one.holder, ...holder };
      return { what: 'changed', detail: { fields: Object.keys(change).sort().join(' ') } };
    });
  }

  /** See `markStep`. */
  step(id: string, stepId: string, seen: number, change: StepChange, actor: Actor): Case {
    return this.#write({ id, seen, actor, reason: 'step' }, (one) => markStep(one, stepId, change, this.#now(), actor.language));
  }

  /** Throws `case_full`. */
  note(id: string, seen: number, text: string, actor: Actor): Case {
    return this.#write({ id, seen, actor, reason: 'note' }, (one) => {
      const number = one.notes.length + 1;
      if (number > MAX_NOTES) throw new SignetError('case_full', { variant: 'notes' });
      const note = { id: number, at: this.#now().toISOString(), who: actor.id, text };
      this.#options.store.addNote(one.id, note);
      return { what: 'note_added', detail: { number: String(number) } };
    });
  }

  /**
   * Attaches a file, to a step where it names one. Throws `case_file_type`, `case_full`, `case_step_not_found` and
   * `payload_too_large`.
   */
  async attach(id: string, seen: number, given: NewFile, actor: Actor): Promise<CaseFileFacts> {
    const { bytes, stepId = null } = given;
    if (bytes.length > MAX_FILE) throw new SignetError('payload_too_large');
    const before = this.get(id);
    this.#requireSeen(before, { seen });
    if (stepId !== null && before.steps.every((step) => step.id !== stepId)) throw new SignetError('case_step_not_found');
    const { type, extensions } = await fileKind(bytes, given.name);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    let facts: CaseFileFacts | undefined;
    this.#write({ id, seen, actor, reason: 'file' }, (one) => {
      const size = one.files.reduce((sum, file) => sum + file.size, bytes.length);
      if (one.files.length >= MAX_FILES || size > MAX_FILES_SIZE) throw new SignetError('case_full', { variant: 'files' });
      const name = freeName(
        cleanName(given.name, extensions),
        one.files.map((file) => file.name),
      );
      const addedAt = this.#now().toISOString();
      facts = { id: newFileId(), name, type, stepId, size: bytes.length, sha256, addedAt, who: actor.id };
      this.#options.store.addFile(one.id, facts, bytes);
      return { what: 'file_added', detail: { file: facts.id, name, sha256, ...(stepId === null ? {} : { step: stepId }) } };
    });
    if (facts === undefined) throw new SignetError('case_file_not_found');
    return facts;
  }

  /** A file with its bytes. Throws `case_file_not_found`. */
  file(id: string, fileId: string): CaseFileFacts & { bytes: Uint8Array } {
    const one = this.get(id);
    const facts = one.files.find((file) => file.id === fileId);
    const bytes = facts === undefined ? undefined : this.#options.store.bytes(one.id, fileId);
    if (facts === undefined || bytes === undefined) throw new SignetError('case_file_not_found');
    return { ...facts, bytes };
  }

  /** Removes a file for good; the history keeps that it was there. Throws `case_file_not_found`. */
  detach(id: string, seen: number, fileId: string, actor: Actor): Case {
    const changed = this.#write({ id, seen, actor, reason: 'file' }, (one) => {
      const facts = one.files.find((file) => file.id === fileId);
      if (facts === undefined || !this.#options.store.removeFile(one.id, fileId)) throw new SignetError('case_file_not_found');
      return { what: 'file_removed', detail: { file: fileId, name: facts.name } };
    });
    this.#options.store.scrub();
    return changed;
  }

  close(id: string, seen: number, outcome: CaseOutcome, actor: Actor): Case {
    return this.#write({ id, seen, actor, reason: 'closed' }, (one) => {
      Object.assign(one, { state: 'closed', outcome, closedAt: this.#now().toISOString() });
      return { what: 'closed', detail: { outcome } };
    });
  }

  /** Throws `case_not_closed`. */
  reopen(id: string, seen: number, actor: Actor): Case {
    return this.#write({ id, seen, actor, reason: 'reopened', closedToo: true }, (one) => {
      if (one.state === 'open') throw new SignetError('case_not_closed');
      Object.assign(one, { state: 'open', outcome: null, closedAt: null });
      return { what: 'reopened', detail: {} };
    });
  }

  /** Removes everything of a case for good. What is left is an audit line with its id. */
  remove(id: string, seen: number, actor: Actor): void {
    const one = this.get(id);
    this.#requireSeen(one, { seen });
    this.#options.store.remove(one.id);
    this.#told(one, actor, 'deleted', {});
  }

  /** The whole case with the bytes of its files, for an export. */
  record(id: string): CaseRecord {
    const one = this.get(id);
    const { store } = this.#options;
    return { ...one, files: one.files.map((file) => ({ ...file, bytes: store.bytes(one.id, file.id) ?? new Uint8Array() })) };
  }

  /** The whole case, for documents; without its attached files where `withFiles` is false. */
  documentInput(id: string, withFiles = true): CaseDocumentInput {
    const record = withFiles ? this.record(id) : { ...this.get(id), files: [] };
    return { ...record, states: stepStates(record), now: this.#now().toISOString() };
  }

  /** Records that somebody took a case out as a file. */
  exported(id: string, actor: Actor): void {
    this.#options.audit.addNow({ caller: actor.id, action: 'cases.export', outcome: 'ok', detail: { case: id } });
  }

  /**
   * Takes in a case that was exported. One that is here just so is left alone (`known`); when its id belongs to another state of
   * it, it comes in under a new id that names the original. Throws what `checkedImport` throws.
   */
  async import(given: CaseRecord, actor: Actor): Promise<{ case: Case; known: boolean }> {
    const record = await checkedImport(given);
    const { store } = this.#options;
    const id = readCaseId(record.id);
    if (id === null) throw new SignetError('case_import_invalid', { variant: 'content' });
    const row = store.get(id);
    const here = row === undefined ? null : caseOf(store, row);
    if (here !== null && isIdentical(here, record)) return { case: here, known: true };
    const at = this.#now().toISOString();
    const version = record.version + 1;
    const detail: Record<string, string> = here === null ? {} : { original: id };
    const entry = { seq: version, at, who: actor.id, what: 'imported' as const, detail };
    const one: Case = { ...record, id: here === null ? id : this.#freeId(), version, history: [...record.history, entry] };
    this.#insert(one, record.files);
    const made = this.get(one.id);
    this.#told(made, actor, 'imported', here === null ? {} : { original: id });
    return { case: made, known: false };
  }

  /** What could be opened because of what is plugged in. */
  async proposals(): Promise<Proposal[]> {
    const tokens = await this.#options.look();
    this.observe(tokens);
    return stillOpen(findProposals(tokens, this.#options.procedures, this.#now()), this.list('open'), this.#options.store);
  }

  /** Keeps that a proposal is not wanted. Throws `proposal_not_found`. */
  async dismiss(proposalId: string, actor: Actor): Promise<void> {
    const found = findProposals(await this.#options.look(), this.#options.procedures, this.#now());
    if (!found.some(({ id }) => id === proposalId)) throw new SignetError('proposal_not_found');
    this.#options.store.dismiss(proposalId, this.#now().toISOString());
    this.#options.audit.addNow({
      caller: actor.id,
      action: 'cases.dismiss',
      outcome: 'ok',
      detail: { proposal: proposalId },
    });
  }

  /** Takes in what is plugged in now: what it means for an open case goes into its history. Closes nothing. */
  observe(tokens: readonly SeenToken[]): void {
    const { store } = this.#options;
    for (const token of tokens) {
      // Blocked again some day, it is to be proposed again.
      const id = blockedId(token);
      if (USABLE.includes(token.pinState) && store.isDismissed(id)) store.recall(id);
    }
    for (const listed of this.list('open')) {
      if (observation(listed, tokens) === null) continue;
      this.#write({ id: listed.id, seen: null, actor: SIGNET, reason: 'observed' }, (one) => ({
        what: 'observed',
        detail: observation(one, tokens) ?? {},
      }));
    }
  }

  /** Whether an open case is over when some certificate is seen. */
  awaitsCertificate(): boolean {
    return this.list('open').some(knowsItsCertificate);
  }

  /** Reminds of what has waited for too long: each step once for each time its days have passed, restarts or not. */
  remind(): void {
    const today = dayOf(this.#now());
    for (const one of this.list('open')) {
      for (const due of remindersDue(one, today)) {
        if (wasReminded(one, due)) continue;
        const { stepId, since, days, period } = due;
        const detail = { step: stepId, since, days: String(days), period: String(period) };
        this.#write({ id: one.id, seen: null, actor: SIGNET, reason: 'reminder' }, () => ({ what: 'reminded', detail }));
      }
    }
  }

  #write(write: Write, work: (one: Case) => { what: Happening; detail: Record<string, string> }): Case {
    const { store } = this.#options;
    const { id, seen, actor, reason } = write;
    const changed = store.transaction(() => {
      const one = this.get(id);
      this.#requireSeen(one, { seen });
      if (one.state === 'closed' && write.closedToo !== true) throw new SignetError('case_closed');
      const { what, detail } = work(one);
      const before = one.version;
      one.version += 1;
      if (!store.update(rowOf(one), before)) throw changedMeanwhile(one.version);
      store.addHistory(one.id, { seq: one.version, at: this.#now().toISOString(), who: actor.id, what, detail });
      return this.get(one.id);
    });
    this.#told(changed, actor, reason, {});
    return changed;
  }

  #requireSeen(one: Case, { seen }: Pick<Write, 'seen'>): void {
    if (seen !== null && seen !== one.version) throw changedMeanwhile(one.version);
  }

  #insert(one: Case, files: readonly (CaseFileFacts & { bytes: Uint8Array })[]): void {
    const { store } = this.#options;
    store.transaction(() => {
      while (store.get(one.id) !== undefined) one.id = newCaseId();
      store.insert(rowOf(one));
      for (const entry of one.history) store.addHistory(one.id, entry);
      for (const note of one.notes) store.addNote(one.id, note);
      for (const { bytes, ...facts } of files) store.addFile(one.id, facts, bytes);
    });
  }

  #freeId(): string {
    let id = newCaseId();
    while (this.#options.store.get(id) !== undefined) id = newCaseId();
    return id;
  }

  /** Tells listeners and the audit trail. What people wrote stays out of both. */
  #told(one: Case, actor: Actor, reason: UpdateReason, detail: Record<string, string>): void {
    const { audit, onUpdate } = this.#options;
    const facts = { case: one.id, version: one.version, ...detail };
    audit.addNow({ caller: actor.id, action: `cases.${ACTION[reason]}`, outcome: 'ok', detail: facts });
    onUpdate({ caseId: one.id, version: one.version, reason });
  }
}

const ACTION: Readonly<Record<UpdateReason, string>> = {
  opened: 'open',
  changed: 'change',
  step: 'step',
  note: 'note',
  file: 'file',
  observed: 'observe',
  reminder: 'remind',
  closed: 'close',
  reopened: 'reopen',
  imported: 'import',
  deleted: 'delete',
};

function changedMeanwhile(version: number): SignetError {
  return new SignetError('case_changed', { params: { version }, extra: { version } });
}
