import { SignetError } from '../../errors/index.ts';
import { errorTexts, type Language, translator } from '../../messages/index.ts';

/** Numbers of the protocol's errors (version 4.1) and the `SAF_nn` that older scripts read in their place. */
const KINDS = {
  cancelled: ['500001', 'CANCEL'],
  pin_incorrect: ['501003', 'SAF_08'],
  token_locked: ['511004', 'SAF_52'],
  no_certificate_sign: ['501001', 'SAF_19'],
  no_certificate_select: ['502001', 'SAF_19'],
  no_certificate_batch: ['504001', 'SAF_19'],
  token_unusable: ['201113', 'SAF_08'],
  key_unreachable: ['200108', 'SAF_08'],
  key_unfit: ['200110', 'SAF_51'],
  raw_signature: ['200111', 'SAF_09'],
  signing: ['200115', 'SAF_09'],
  selecting: ['200201', 'SAF_53'],
  batching: ['200413', 'SAF_27'],
  loading: ['200003', 'SAF_25'],
  saving: ['200003', 'SAF_05'],
  busy: ['200118', 'SAF_53'],
  origin: ['420001', 'SAF_13'],
  newer_wanted: ['500005', 'SAF_41'],
  keystore: ['600011', 'SAF_08'],
  operation: ['600002', 'SAF_04'],
  remote_batch: ['600002', 'SAF_04'],
  xml_batch: ['600503', 'SAF_20'],
  batch_malformed: ['600419', 'SAF_20'],
  data_missing: ['600100', 'SAF_00'],
  data_address: ['200003', 'SAF_00'],
  data_file: ['200003', 'SAF_13'],
  data_malformed: ['600121', 'SAF_03'],
  not_a_signature: ['501006', 'SAF_31'],
  content_missing: ['510006', 'SAF_44'],
  data_unknown: ['501009', 'SAF_17'],
  format_missing: ['600104', 'SAF_06'],
  format: ['600105', 'SAF_06'],
  format_server: ['600105', 'SAF_21'],
  algorithm_missing: ['600106', 'SAF_03'],
  algorithm: ['600107', 'SAF_03'],
  target: ['600110', 'SAF_03'],
  policy: ['521000', 'SAF_23'],
  properties: ['600121', 'SAF_03'],
  scheme: ['620009', 'SAF_02'],
  session: ['620010', 'SAF_46'],
  malformed: ['620016', 'SAF_03'],
} as const satisfies Record<string, readonly [string, string]>;

export type FailureKind = keyof typeof KINDS;

/** The operation that fails: some failures have a number for each. */
export type Family = 'sign' | 'select' | 'batch' | 'load' | 'save';

/** What the page is told instead of a result. `text` replaces the text of the kind where Signet has a more exact one. */
export class AfirmaFailure extends Error {
  override readonly name = 'AfirmaFailure';
  readonly kind: FailureKind;
  readonly detail: ((language: Language) => string) | undefined;

  constructor(kind: FailureKind, options: { cause?: unknown; detail?: (language: Language) => string } = {}) {
    super(kind, { cause: options.cause });
    this.kind = kind;
    this.detail = options.detail;
  }
}

/** The frame that tells a failure, in the form that the page's script reads. */
export function failureFrame(failure: AfirmaFailure, modern: boolean, language: Language): string {
  const [number, old] = KINDS[failure.kind];
  if (!modern && old === 'CANCEL') return old;
  const text = failureText(failure, language);
  if (!modern) return `${old}: ${text}`;
  return `${failure.kind === 'cancelled' ? 'err-11' : 'err-00'}:=AF${number} - ${text}`;
}

/** What a failure says, on one line. */
export function failureText({ kind, detail }: AfirmaFailure, language: Language): string {
  const text = detail?.(language) ?? translator(language)(`afirma.${kind}`);
  return text.replace(/\s+/g, ' ').trim();
}

/** Whatever went wrong as a failure of the protocol. */
export function failureOf(error: unknown, family: Family): AfirmaFailure {
  if (error instanceof AfirmaFailure) return error;
  if (!(error instanceof SignetError)) return new AfirmaFailure(UNKNOWN[family], { cause: error });
  // The person who stops after a wrong PIN ends with that, not with a plain no.
  const wrong = error.cause instanceof SignetError && error.cause.code === 'pin_incorrect';
  if (error.code === 'prompt_cancelled' && wrong) return told('pin_incorrect', error.cause as SignetError);
  // The text of the table speaks of a PIN, and it may have been a certificate that was not chosen.
  if (error.code === 'prompt_cancelled') return new AfirmaFailure('cancelled', { cause: error });
  return told(kindOf(error, family), error);
}

const UNKNOWN = { sign: 'signing', select: 'selecting', batch: 'batching', load: 'loading', save: 'saving' } as const;

function kindOf({ code }: SignetError, family: Family): FailureKind {
  switch (code) {
    case 'prompt_timeout':
      return 'cancelled';
    case 'pin_locked':
      return 'token_locked';
    case 'pin_incorrect':
    case 'pin_known_wrong':
      return 'pin_incorrect';
    case 'no_certificate':
    case 'credential_not_found':
      return family === 'load' || family === 'save' ? UNKNOWN[family] : `no_certificate_${family}`;
    case 'token_not_found':
    case 'token_removed':
    case 'driver_crashed':
    case 'driver_timeout':
    case 'driver_unavailable':
    case 'attempt_indeterminate':
    case 'pin_state_unknown':
      return 'token_unusable';
    case 'prompt_unavailable':
      return family === 'load' || family === 'save' ? UNKNOWN[family] : 'key_unreachable';
    case 'pin_required':
    case 'pinpad_required':
    case 'final_try_consent_required':
      return 'key_unreachable';
    case 'algorithm_unsupported':
      return 'key_unfit';
    case 'driver_refused':
      return family === 'select' ? 'selecting' : 'raw_signature';
    case 'origin_not_paired':
    case 'scope_missing':
      return 'origin';
    case 'digest_length':
      return 'data_malformed';
    default:
      return UNKNOWN[family];
  }
}

function told(kind: FailureKind, { code, facts }: SignetError): AfirmaFailure {
  const detail = (language: Language): string => {
    // How many tries are left is the person's matter: the page is told what happened, not the state of the PIN.
    const { pin: _, ...rest } = facts;
    const texts = errorTexts(code, rest, language);
    return `${texts.detail} ${texts.nextStep ?? ''}`;
  };
  return new AfirmaFailure(kind, { detail });
}
