import type { Token } from '../client/index.ts';
import { SignetError } from '../errors/index.ts';
import { CliFailure } from './failure.ts';
import type { Shell } from './shell.ts';

/**
 * The token that was named by id, label or serial number, or the only one there is. Throws `token_not_found`, or CliFailure
 * `token_ambiguous` with those it may be.
 */
export async function chooseToken({ client }: Shell, named: string | undefined): Promise<Token> {
  const tokens = await client.tokens();
  const wish = named?.trim().toLowerCase();
  const fits = (token: Token): boolean =>
    token.id === named?.trim() || token.label.trim().toLowerCase() === wish || token.serial.trim().toLowerCase() === wish;
  const found = wish === undefined ? tokens : tokens.filter(fits);
  const [first, ...others] = found;
  if (first === undefined) throw new SignetError('token_not_found');
  if (others.length > 0)
    throw new CliFailure('token_ambiguous', 2, { list: found.map((token) => `  ${token.label} (${token.serial})`).join('\n') });
  return first;
}
