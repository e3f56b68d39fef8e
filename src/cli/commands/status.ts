import type { Command } from 'commander';
import type { Bridge, Driver, Token } from '../../client/index.ts';
import type { Frame } from '../frame.ts';
import { page, type SharedOptions } from '../shell.ts';
import { pinText } from './tokens.ts';

/** `signet status` */
export function statusCommand(frame: Frame): Command {
  const { t } = frame;
  return frame.shared(frame.command('status', 'status', ['status', 'status --json'])).action((options: SharedOptions) =>
    frame.finish(options, async ({ client }) => {
      const [health, drivers, tokens, bridges] = await Promise.all([
        client.health(),
        client.drivers(),
        client.tokens(),
        client.bridges(),
      ]);
      const told = page().verdict('good', t('cli.status.running', { version: health.version }));
      told.blank().title(t('cli.status.drivers'));
      if (drivers.length === 0) told.text(t('cli.status.no_drivers'));
      for (const driver of drivers) told.field(driver.name, driverText(driver, t)).field('', driver.library);
      told.blank().title(t('cli.status.tokens'));
      if (tokens.length === 0) told.text(t('cli.tokens.none'));
      for (const token of tokens) told.field(nameOf(token, t), pinText(token.pin, t));
      told.blank().title(t('cli.status.bridges'));
      for (const bridge of bridges) told.field(BRIDGE_NAMES[bridge.name], bridgeText(bridge, t));
      return { json: { ...health, drivers, tokens, bridges }, page: told };
    }),
  );
}

/** As the protocols call themselves. */
const BRIDGE_NAMES: Readonly<Record<Bridge['name'], string>> = {
  webeid: 'Web eID',
  scs: 'SCS',
  nexu: 'NexU',
  afirma: 'AutoFirma',
};

function bridgeText({ enabled, listening, problem }: Bridge, t: Frame['t']): string {
  if (!enabled) return t('cli.status.bridge_off');
  const parts = [...listening, ...(problem === null ? [] : [problem])];
  return parts.length === 0 ? t('cli.status.bridge_on') : parts.join(', ');
}

function driverText(driver: Driver, t: Frame['t']): string {
  const parts = [t(`cli.status.driver_${driver.state}`)];
  if (driver.crashes > 0) parts.push(t('cli.status.crashes', { count: driver.crashes }));
  if (driver.lastError !== null && driver.state !== 'running') parts.push(driver.lastError);
  if (driver.queueLength > 0) parts.push(t('cli.status.waiting', { count: driver.queueLength }));
  return parts.join(', ');
}

function nameOf(token: Token, t: Frame['t']): string {
  return token.label || t('cli.tokens.unnamed');
}
