import { howSure, translator, triesLeft } from '../messages/index.ts';
import { runtimeDir } from '../places/index.ts';
import type { Daemon } from './daemon.ts';

/** How long the announcement waits for the drivers' first listing, in milliseconds. */
const PATIENCE = 4_000;

/**
 * What a person sees when the daemon is up: address, tokens with their tries, and one line each to sign, to verify and to open the console. Printed
 * as lines through `print`.
 */
export async function announce(daemon: Daemon, language: string, print: (line: string) => void): Promise<void> {
  const t = translator(language);
  print(t('daemon.listening', { url: `http://127.0.0.1:${daemon.listening.port}` }));
  print(t('daemon.socket', { socket: daemon.listening.socket }));
  const looked = Promise.all(daemon.drivers.map((driver) => daemon.tokens.refresh(driver)));
  const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE).unref());
  await Promise.race([looked, patience]);
  const tokens = daemon.tokens.list();
  print('');
  print(tokens.length === 0 ? t('daemon.no_tokens') : t('daemon.tokens'));
  for (const token of tokens) {
    const status = daemon.tokens.status(token, 'user');
    print(`  ${token.facts.label} (${token.driver.profile.name}): ${triesLeft(status, t)}, ${howSure(status, t)}`);
    if (token.driver.id === 'practice') print(`    ${t('daemon.practice_pins')}`);
  }
  print('');
  // Another terminal has not the settings of this one.
  const usual = runtimeDir({ env: { ...process.env, SIGNET_RUNTIME_DIR: undefined } });
  const where = daemon.config.runtimeDir === usual ? '' : ` --runtime-dir ${shellWord(daemon.config.runtimeDir)}`;
  print(t('daemon.try_signing'));
  print(`  npx signet sign README.md${where}`);
  print(t('daemon.try_verifying'));
  print(`  npx signet verify README.md${where}`);
  print(t('daemon.try_console'));
  print(`  npx signet console${where}`);
  print('');
  print(t('daemon.how_to_stop'));
}

function shellWord(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
