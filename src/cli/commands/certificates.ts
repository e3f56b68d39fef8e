import type { Command } from 'commander';
import type { Certificate, Credential, Token } from '../../client/index.ts';
import type { Translate } from '../../messages/index.ts';
import { chooseCredential } from '../choose-credential.ts';
import { chooseToken } from '../choose-token.ts';
import type { Frame } from '../frame.ts';
import type { Page } from '../page.ts';
import { type Outcome, page, type SharedOptions, type Shell } from '../shell.ts';
import { localDay } from '../time.ts';

interface Options extends SharedOptions {
  credential?: string;
  pem?: true;
}

/** `signet certificates [TOKEN]` */
export function certificatesCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('certificates', 'certificates', [
      'certificates',
      'certificates "Signet practice"',
      'certificates --credential "Ana Ruiz" --pem > ana.pem',
    ])
    .argument('[token]', t('cli.argument.token_any'))
    .option('--credential <id-or-name>', t('cli.option.one_credential'))
    .option('--pem', t('cli.option.pem'));
  return frame
    .shared(command)
    .action((named: string | undefined, options: Options) => frame.finish(options, (shell) => list(shell, named, options)));
}

async function list(shell: Shell, named: string | undefined, options: Options): Promise<Outcome> {
  const { client, t, language } = shell;
  const include = options.pem === true ? { include: 'pem' as const } : {};
  if (options.credential !== undefined) {
    const { credential } = await chooseCredential(shell, options.credential);
    const { certificate } = await client.credential(credential.id, include);
    const told = page();
    describe(told, certificate, credential, t, language);
    return {
      json: { certificates: [{ ...certificate, credentialId: credential.id }] },
      page: options.pem === true ? pemPage([certificate]) : told,
    };
  }
  const tokens = named === undefined ? await client.tokens() : [await chooseToken(shell, named)];
  const credentials = await client.credentials();
  const found = await Promise.all(
    tokens.map(async (token) => ({ token, certificates: await client.certificates(token.id, include) })),
  );
  const entries = found.flatMap(({ token, certificates }) =>
    certificates.map((certificate) => ({
      token,
      certificate,
      credential: credentials.find((each) => belongs(each, token, certificate)),
    })),
  );
  const json = entries.map(({ token, certificate, credential }) => ({
    ...certificate,
    tokenId: token.id,
    ...(credential === undefined ? {} : { credentialId: credential.id }),
  }));
  if (options.pem === true) return { json: { certificates: json }, page: pemPage(entries.map(({ certificate }) => certificate)) };
  const told = page();
  if (entries.length === 0) told.text(t(tokens.length === 0 ? 'cli.tokens.none' : 'cli.certificates.none'));
  for (const [index, { certificate, credential }] of entries.entries()) {
    describe(index === 0 ? told : told.blank(), certificate, credential, t, language);
  }
  return { json: { certificates: json }, page: told };
}

function belongs(credential: Credential, token: Token, certificate: Certificate): boolean {
  return (
    credential.tokenId === token.id &&
    credential.certificate.sha256 === certificate.sha256 &&
    credential.certificate.keyId === certificate.keyId
  );
}

function describe(
  told: Page,
  certificate: Certificate,
  credential: Credential | undefined,
  t: Translate,
  language: string,
): void {
  const { notBefore, notAfter } = certificate;
  const validity =
    notBefore === null || notAfter === null
      ? undefined
      : t('cli.certificates.period', { from: localDay(notBefore, language), to: localDay(notAfter, language) });
  const state =
    credential === undefined || credential.validity.state === 'valid'
      ? ''
      : ` (${t(`cli.certificates.${credential.validity.state.replaceAll('-', '_')}`)})`;
  told
    .title(certificate.commonName ?? certificate.label)
    .field(t('cli.field.issuer'), certificate.issuer)
    .field(t('cli.field.valid'), validity === undefined ? t('cli.certificates.unreadable') : `${validity}${state}`)
    .field(t('cli.field.key'), certificate.keyType)
    .field(
      t('cli.field.qualified'),
      certificate.qualified ? t(certificate.qscd ? 'cli.certificates.qualified_qscd' : 'cli.certificates.qualified') : undefined,
    )
    .field(t('cli.field.algorithms'), credential?.algorithms.join(' '))
    .field(
      t('cli.field.credential'),
      credential === undefined ? t(certificate.isCa ? 'cli.certificates.authority' : 'cli.certificates.no_key') : credential.id,
    )
    .field('SHA-256', certificate.sha256.match(/.{1,32}/g)?.join(' '));
}

/** The certificates alone, as files want them. */
function pemPage(certificates: readonly Certificate[]): Page {
  const told = page();
  for (const { pem } of certificates) told.raw((pem ?? '').trimEnd());
  return told;
}
