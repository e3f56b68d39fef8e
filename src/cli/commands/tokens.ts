import type { Command } from 'commander';
import type { PinStatus, Token } from '../../client/index.ts';
import { howSure, pinState, type Translate, triesLeft } from '../../messages/index.ts';
import type { Frame } from '../frame.ts';
import type { Page } from '../page.ts';
import { page, type SharedOptions } from '../shell.ts';
import { sessionText } from './login.ts';

/** `signet tokens` */
export function tokensCommand(frame: Frame): Command {
  const { t } = frame;
  return frame.shared(frame.command('tokens', 'tokens', ['tokens', 'tokens --json'])).action((options: SharedOptions) =>
    frame.finish(options, async (shell) => {
      const tokens = await shell.client.tokens();
      const told = page();
      if (tokens.length === 0) told.text(t('cli.tokens.none'));
      for (const [index, token] of tokens.entries()) describe(index === 0 ? told : told.blank(), token, t, shell.language);
      return { json: { tokens }, page: told };
    }),
  );
}

function describe(told: Page, token: Token, t: Translate, language: string): void {
  told
    .title(token.label || t('cli.tokens.unnamed'))
    .field(t('cli.field.pin'), pinText(token.pin, t))
    .field(t('cli.field.puk'), token.unblock ? pinText(token.puk, t) : t('cli.tokens.no_unblock'))
    .field(t('cli.field.session'), token.session === null ? t('cli.tokens.logged_out') : sessionText(t, token.session, language))
    .field(t('cli.field.pin_pad'), token.pinPad ? t('cli.tokens.pin_pad') : undefined)
    .field(t('cli.field.model'), [token.manufacturer, token.model].filter((text) => text !== '').join(' '))
    .field(t('cli.field.serial'), token.serial)
    .field(t('cli.field.reader'), token.reader)
    .field(t('cli.field.id'), token.id);
}

/** A PIN's status in a line: tries left, how sure, and the state where it says more. */
export function pinText(pin: PinStatus, t: Translate): string {
  if (pin.state === 'not_initialised') return pinState(pin, t);
  const line = t('cli.pin_line', { left: triesLeft(pin, t), sure: howSure(pin, t) });
  return pin.state === 'ok' || pin.state === 'unknown' ? line : `${line} (${pinState(pin, t)})`;
}
