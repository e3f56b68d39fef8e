import type { Check } from './check.ts';
import { cardPresent, cardRecognised } from './checks/card.ts';
import { driverConfiguration } from './checks/driver-configuration.ts';
import { driverDuplicate } from './checks/driver-duplicate.ts';
import { driverFound } from './checks/driver-found.ts';
import { driverCrashes, driverFlagsReliable, driverVersion } from './checks/driver-record.ts';
import { driverInitialises, driverLoads } from './checks/driver-starts.ts';
import { NET_TO_DAEMON_CHECKS, NETWORK_CHECKS, TOKEN_TO_CERT_CHECKS } from './checks/index.ts';
import { osArch } from './checks/os-arch.ts';
import { osClock } from './checks/os-clock.ts';
import { osPolkit } from './checks/os-polkit.ts';
import { osSandbox } from './checks/os-sandbox.ts';
import { osSession } from './checks/os-session.ts';
import { pcscIdleExit } from './checks/pcsc-idle-exit.ts';
import { pcscService } from './checks/pcsc-service.ts';
import { readerDriver, readerPresent } from './checks/reader.ts';
import { readerExclusive } from './checks/reader-exclusive.ts';

/**
 * Every check, safest first: what only reads this machine, then what loads a driver in a process of its own, then what looks at
 * readers, tokens and certificates through it, and last what asks other machines, when asked for. A check stands after those it depends on.
 */
export const CHECKS: readonly Check[] = [
  osClock,
  osSandbox,
  osSession,
  ...about('net'),
  ...about('api'),
  ...about('daemon'),
  ...about('ext'),
  driverFound,
  driverConfiguration,
  osArch,
  driverLoads,
  driverInitialises,
  driverVersion,
  driverCrashes,
  driverFlagsReliable,
  driverDuplicate,
  pcscService,
  pcscIdleExit,
  osPolkit,
  readerExclusive,
  readerDriver,
  readerPresent,
  cardPresent,
  cardRecognised,
  ...TOKEN_TO_CERT_CHECKS,
  ...NETWORK_CHECKS,
];

/** Checks whose answer from outside the daemon counts more than its own: its doors, as another program finds them. */
export const FROM_OUTSIDE: readonly Check['id'][] = [
  'api.port-free',
  'api.port-is-us',
  'api.version-skew',
  'api.socket',
  'api.token-file-permissions',
  'daemon.running',
  'daemon.single-instance',
];

function about(area: string): readonly Check[] {
  return NET_TO_DAEMON_CHECKS.filter(({ id }) => id.startsWith(`${area}.`));
}
