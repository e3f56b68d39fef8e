import type { Check } from '../check.ts';
import { apiSocket, apiTokenFilePermissions } from './api-files.ts';
import { apiLnaPermission } from './api-lna.ts';
import { apiPortFree, apiPortIsUs, apiVersionSkew } from './api-port.ts';
import { certFound, certKeyPairMatch, certQscd, certUsage } from './cert.ts';
import { certStaleCache } from './cert-cache.ts';
import { certChainComplete } from './cert-chain.ts';
import { certRevocationReachable } from './cert-revocation.ts';
import { certRevoked } from './cert-revoked.ts';
import { certValidity } from './cert-validity.ts';
import { daemonAuditSound, daemonLastCrash, daemonLogLevel, daemonRunning, daemonSingleInstance } from './daemon.ts';
import { daemonSettings } from './daemon-settings.ts';
import { daemonDisk, daemonLedgerWritable, daemonStateFolder } from './daemon-store.ts';
import { extConnected, extNativeManifest } from './ext.ts';
import { extInstalled } from './ext-installed.ts';
import { extNativeLaunches } from './ext-launches.ts';
import { extTlsCertificate, extTlsTrusted } from './ext-tls.ts';
import { netLoopbackResolves, netProxy } from './net.ts';
import { netOcsp } from './net-ocsp.ts';
import { netTlsIntercept } from './net-tls.ts';
import { osClockNetwork } from './os-clock-network.ts';
import { pinInitialised, pinLocked, pinMustChange, pinState } from './pin.ts';
import { tokenErrorState, tokenIdentityStable, tokenInitialised, tokenPresent, tokenWriteProtected } from './token.ts';

/** What only reads this machine: its network settings, Signet's doors and folders, and the browsers' manifests. */
export const NET_TO_DAEMON_CHECKS: readonly Check[] = [
  netProxy,
  netLoopbackResolves,
  daemonSettings,
  daemonStateFolder,
  daemonDisk,
  daemonLedgerWritable,
  daemonAuditSound,
  daemonLastCrash,
  daemonLogLevel,
  daemonSingleInstance,
  apiPortFree,
  apiPortIsUs,
  apiVersionSkew,
  apiSocket,
  apiTokenFilePermissions,
  apiLnaPermission,
  daemonRunning,
  extNativeManifest,
  extNativeLaunches,
  extInstalled,
  extConnected,
  extTlsCertificate,
  extTlsTrusted,
];

/** What looks at tokens, their PINs' states and their certificates through a driver, each after those it depends on. */
export const TOKEN_TO_CERT_CHECKS: readonly Check[] = [
  tokenPresent,
  tokenInitialised,
  tokenErrorState,
  tokenWriteProtected,
  tokenIdentityStable,
  pinInitialised,
  pinLocked,
  pinState,
  pinMustChange,
  certKeyPairMatch,
  certFound,
  certValidity,
  certUsage,
  certChainComplete,
  certStaleCache,
  certQscd,
];

/** What asks other machines: made only when asked for. */
export const NETWORK_CHECKS: readonly Check[] = [osClockNetwork, netTlsIntercept, certRevocationReachable, netOcsp, certRevoked];

/** Both, in an order that serves all dependencies among them. */
export const TOKEN_TO_DAEMON_CHECKS: readonly Check[] = [...NET_TO_DAEMON_CHECKS, ...TOKEN_TO_CERT_CHECKS];
