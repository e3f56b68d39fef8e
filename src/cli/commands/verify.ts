import { type Command, Option } from 'commander';
import type { AlgorithmName } from '../../client/index.ts';
import { FACTS, type Hash, parseAlgorithm } from '../algorithm.ts';
import { candidates } from '../candidates.ts';
import { type Candidate, type Content, checkSignature, type Finding } from '../check-signature.ts';
import { digestFile, readWhole } from '../digest.ts';
import { CliFailure } from '../failure.ts';
import type { Frame } from '../frame.ts';
import { progressBar } from '../progress.ts';
import { type Outcome, page, type SharedOptions, type Shell } from '../shell.ts';
import { MAX_DATA } from './sign.ts';

/** No raw signature of any algorithm is longer, in bytes. */
const LONGEST_SIGNATURE = 3072;

interface Options extends SharedOptions {
  signature?: string;
  certificate?: string;
  credential?: string;
  algorithm?: AlgorithmName;
}

/** `signet verify FILE` */
export function verifyCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('verify', 'verify', [
      'verify contract.pdf',
      'verify contract.pdf --certificate ana.pem',
      'verify contract.pdf --signature other.sig --algorithm RS512',
    ])
    .argument('<file>', t('cli.argument.signed_file'))
    .option('--signature <file>', t('cli.option.signature'))
    .addOption(new Option('--certificate <file>', t('cli.option.certificate')).conflicts('credential'))
    .option('--credential <id-or-name>', t('cli.option.verify_credential'))
    .option('--algorithm <name>', t('cli.option.algorithm'), parseAlgorithm);
  return frame
    .shared(command)
    .action((file: string, options: Options) => frame.finish(options, (shell) => verify(shell, file, options)));
}

async function verify(shell: Shell, file: string, options: Options): Promise<Outcome> {
  const { t, client } = shell;
  const path = options.signature ?? `${file}.sig`;
  const signature = await readSignature(path);
  const possible = await candidates(shell, options);
  const finding = await checkSignature(client, await contentOf(shell, file, possible), signature, possible);
  const judged = judge(finding, options.certificate !== undefined || options.credential !== undefined);
  const json = {
    file,
    signature: path,
    result: judged.result,
    ...(judged.reason === undefined ? {} : { reason: judged.reason }),
  };
  if (finding.valid) {
    const { candidate, algorithm, encoding } = finding;
    return {
      page: page()
        .verdict('good', t('cli.verify.valid', { file }))
        .field(t('cli.field.signer'), candidate.name)
        .field(t('cli.field.algorithm'), algorithm)
        .blank()
        .text(t('cli.verify.valid_means')),
      json: {
        ...json,
        signer: candidate.name,
        algorithm,
        ...(encoding === undefined ? {} : { encoding }),
        ...namedBy(candidate),
      },
    };
  }
  const kind = judged.result === 'invalid' ? 'bad' : 'unsure';
  const told = page()
    .verdict(kind, t(`cli.verify.${judged.result}`, { file }))
    .text(t(`cli.verify.reason_${judged.reason}`));
  if (options.algorithm === undefined && judged.reason === 'signature_mismatch') told.text(t('cli.verify.other_algorithm'));
  return { page: told, json, exit: judged.result === 'invalid' ? 1 : 3 };
}

/**
 * The verdict. A mismatch is a no; where nobody said whose signature it is, one that cannot be by any key here says nothing
 * about the file.
 */
function judge(finding: Finding, isNamed: boolean): { result: 'valid' | 'invalid' | 'unknown'; reason?: string } {
  if (finding.valid) return { result: 'valid' };
  const { reasons } = finding;
  if (reasons.has('signature_mismatch')) return { result: 'invalid', reason: 'signature_mismatch' };
  if (reasons.size === 0) return { result: 'unknown', reason: isNamed ? 'key_unsupported' : 'no_certificate' };
  if (reasons.has('unverifiable')) return { result: 'unknown', reason: 'unverifiable' };
  const malformed = reasons.has('signature_length') || reasons.has('malformed_signature');
  if (!malformed) return { result: 'unknown', reason: 'key_mismatch' };
  return isNamed ? { result: 'invalid', reason: 'malformed_signature' } : { result: 'unknown', reason: 'no_fitting_certificate' };
}

function namedBy({ by }: Candidate): { credentialId?: string } {
  return 'credentialId' in by ? { credentialId: by.credentialId } : {};
}

async function readSignature(path: string): Promise<Buffer> {
  try {
    const signature = await readWhole(path, LONGEST_SIGNATURE);
    if (signature.length > 0) return signature;
  } catch (error) {
    if (!(error instanceof CliFailure) || error.code === 'file_unreadable' || error.code === 'not_a_file') throw error;
    if (error.code === 'file_missing') throw new CliFailure('signature_missing', 3, { path }, error);
  }
  throw new CliFailure('not_a_signature', 3, { path });
}

async function contentOf(shell: Shell, file: string, possible: readonly Candidate[]): Promise<Content> {
  const hashes = new Set<Hash>();
  let whole = false;
  for (const algorithm of possible.flatMap(({ algorithms }) => algorithms)) {
    const { hash } = FACTS[algorithm];
    if (hash === null) whole = true;
    else hashes.add(hash);
  }
  const bar = progressBar(shell);
  try {
    const digests = await digestFile(file, [...hashes], bar.advance);
    return { digests, ...(whole ? await dataOf(file, hashes.size === 0) : {}) };
  } finally {
    bar.end();
  }
}

/** The file itself; where other algorithms are possible too, one that is too large for it only leaves EdDSA out. */
async function dataOf(file: string, required: boolean): Promise<{ data?: Buffer }> {
  try {
    return { data: await readWhole(file, MAX_DATA) };
  } catch (error) {
    if (!required && error instanceof CliFailure && error.code === 'data_too_large') return {};
    throw error;
  }
}
