import { type Command, InvalidArgumentError } from 'commander';
import type { AlgorithmName, Credential, Signed } from '../../client/index.ts';
import { FACTS, parseAlgorithm, usualAlgorithm } from '../algorithm.ts';
import { chooseCredential, nameOf } from '../choose-credential.ts';
import { digestFile, readWhole, requireFile } from '../digest.ts';
import type { Frame } from '../frame.ts';
import type { PinOptions } from '../login.ts';
import { opensslVerify, programName, shellWord } from '../openssl.ts';
import { addPinOptions } from '../pin-options.ts';
import { progressBar } from '../progress.ts';
import { secretSource } from '../secrets.ts';
import { type Outcome, page, type SharedOptions, type Shell } from '../shell.ts';
import { signWithLogin } from '../sign-with-login.ts';
import { requireFree, writeWhole } from '../write-file.ts';

/** The most data that one request carries, in bytes. */
export const MAX_DATA = 16 * 1024 * 1024;

interface Options extends SharedOptions, PinOptions {
  credential?: string;
  algorithm?: AlgorithmName;
  encoding?: 'p1363' | 'der';
  out?: string;
  certificateOut?: string;
  force?: true;
}

/** `signet sign FILE` */
export function signCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('sign', 'sign', [
      'sign contract.pdf',
      'sign contract.pdf --credential "Ana Ruiz" --certificate-out ana.pem',
      'sign contract.pdf --pin-stdin < pin.txt',
    ])
    .argument('<file>', t('cli.argument.file'))
    .option('--credential <id-or-name>', t('cli.option.credential'))
    .option('--algorithm <name>', t('cli.option.algorithm'), parseAlgorithm)
    .option('--encoding <form>', t('cli.option.encoding'), parseEncoding)
    .option('--out <file>', t('cli.option.out'))
    .option('--certificate-out <file>', t('cli.option.certificate_out'))
    .option('--force', t('cli.option.force'));
  addPinOptions(command, t, '--pin-stdin', 'pin_stdin');
  return frame
    .shared(command)
    .action((file: string, options: Options) => frame.finish(options, (shell) => sign(shell, file, options)));
}

async function sign(shell: Shell, file: string, options: Options): Promise<Outcome> {
  const { t, client } = shell;
  const out = options.out ?? `${file}.sig`;
  const force = options.force === true;
  // Nobody is to type a PIN for what cannot be written afterwards.
  await requireFile(file);
  requireFree(out, force);
  if (options.certificateOut !== undefined) requireFree(options.certificateOut, force);
  const { credential, others } = await chooseCredential(shell, options.credential, options.algorithm);
  const algorithm = options.algorithm ?? usualAlgorithm(credential.algorithms);
  warn(shell, credential, others);
  const { family } = FACTS[algorithm];
  const encoding = family === 'ecdsa' ? (options.encoding ?? 'der') : undefined;
  const input = await inputOf(shell, file, algorithm);
  const request = { algorithm, ...input, ...(encoding === undefined ? {} : { encoding }) };
  const source = secretSource(shell, options.pinStdin === true, '--pin-stdin');
  try {
    const { signature } = await signWithLogin(shell, credential, request, source, options);
    await writeWhole(out, Buffer.from(signature, 'base64'), force);
  } finally {
    source.close();
  }
  const pem = options.certificateOut;
  if (pem !== undefined)
    await writeWhole(pem, (await client.credential(credential.id, { include: 'pem' })).certificate.pem ?? '', force);

  const certificate = pem ?? `${out.replace(/\.sig$/, '')}.pem`;
  const openssl = opensslVerify(algorithm, encoding ?? 'der', { file, signature: out, certificate });
  const program = programName(shell.terminal.env);
  const fetch = `${program} certificates --credential ${shellWord(credential.id)} --pem > ${shellWord(certificate)}`;
  const lines = openssl === null ? [] : [...(pem === undefined ? [fetch] : []), openssl];
  const here = `${program} verify ${shellWord(file)}${out === `${file}.sig` ? '' : ` --signature ${shellWord(out)}`}${isUsual(algorithm) ? '' : ` --algorithm ${algorithm}`}`;
  const told = page()
    .verdict('good', t('cli.sign.done', { out }))
    .field(t('cli.field.algorithm'), algorithm)
    .field(t('cli.field.form'), encoding === undefined ? undefined : t(`cli.form.${encoding}`))
    .field(t('cli.field.credential'), credential.id)
    .field(t('cli.field.signer'), credential.subject)
    .blank()
    .text(t('cli.sign.verify_here'))
    .command(here);
  if (lines.length > 0) told.text(t('cli.sign.verify_openssl'));
  else told.text(t('cli.sign.no_openssl'));
  for (const line of lines) told.command(line);
  return {
    page: told,
    json: {
      file,
      signature: out,
      algorithm,
      ...(encoding === undefined ? {} : { encoding }),
      credentialId: credential.id,
      subject: credential.subject,
      ...(pem === undefined ? {} : { certificate: pem }),
      verify: { signet: here, openssl: lines },
    },
  };
}

function warn(shell: Shell, credential: Credential, others: number): void {
  const { t } = shell;
  if (others > 0) shell.tell(page().text(t('cli.sign.chosen', { name: nameOf(credential), others })));
  if (credential.validity.state !== 'valid')
    shell.tell(page().verdict('unsure', t(`cli.sign.${credential.validity.state.replaceAll('-', '_')}`)));
}

async function inputOf(shell: Shell, file: string, algorithm: AlgorithmName): Promise<Signed> {
  const { hash } = FACTS[algorithm];
  if (hash === null) return { data: await readWhole(file, MAX_DATA) };
  const bar = progressBar(shell);
  try {
    return { digest: (await digestFile(file, [hash], bar.advance))[hash] };
  } finally {
    bar.end();
  }
}

/** Whether `verify` tries it by itself. */
function isUsual(algorithm: AlgorithmName): boolean {
  return !['RS384', 'RS512', 'PS384', 'PS512'].includes(algorithm);
}

function parseEncoding(text: string): 'p1363' | 'der' {
  if (text === 'p1363' || text === 'der') return text;
  throw new InvalidArgumentError('p1363, der');
}
