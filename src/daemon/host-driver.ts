import { availableParallelism } from 'node:os';
import { type ClientOptions, DriverClient, type DriverSpec } from '../drivers/index.ts';
import type { Tokens } from '../tokens/index.ts';
import type { Config } from './config.ts';

/** What else is to be done when a host is lost. */
export interface HostEvents {
  onCrash(detail: string): void;
  /** Told once per reason: a library that cannot start is tried again for ever. */
  onFailed(detail: string): void;
  /** As the driver client's. */
  watching?: ClientOptions['watching'];
}

/** A library's host, watched for its tokens. `settled` resolves when it runs for the first time, or has failed to. */
export function hostDriver(
  spec: DriverSpec,
  config: Config,
  tokens: Tokens,
  events: HostEvents,
): { driver: DriverClient; settled: Promise<void> } {
  let lastFailure = '';
  let settle = (): void => undefined;
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const driver: DriverClient = new DriverClient(spec, {
    deadlines: config.deadlines as Required<Config['deadlines']>,
    lanes: config.lanes === 0 ? Math.min(availableParallelism(), 8) : config.lanes,
    maxQueue: config.maxQueue,
    ...(events.watching === undefined ? {} : { watching: events.watching }),
    onChange: (event, detail) => {
      settle();
      if (event === 'running') {
        lastFailure = '';
        return void tokens.refresh(driver);
      }
      if (event === 'failed' && detail !== lastFailure) events.onFailed(detail);
      lastFailure = detail;
      tokens.lost(driver);
      if (event === 'crashed') events.onCrash(detail);
    },
  });
  tokens.watch(driver);
  return { driver, settled };
}
