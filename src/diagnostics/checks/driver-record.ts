import type { Check, Finding } from '../check.ts';

/** Versions (as C_GetInfo tells them) below which a driver is known to mislead, with the variant of the text that says how. */
const TOO_OLD: Readonly<Record<string, { below: readonly [number, number]; variant: string }>> = {
  // Its PIN flags were constants (yubico-piv-tool 167).
  yubikey: { below: [2, 0], variant: 'flags' },
  // A wrong PIN was told as a general error (OpenSC 871).
  opensc: { below: [0, 17], variant: 'wrong_pin' },
};

/** `driver.version`: which version each driver says it is, and whether that one is known to mislead. */
export const driverVersion: Check = {
  id: 'driver.version',
  severity: 'warning',
  dependsOn: ['driver.initialises'],
  timeout: 12_000,
  run: (view) =>
    Promise.all(
      view.drivers().map(async (driver): Promise<Finding> => {
        const { id, name, profile, status } = driver;
        const version = status?.version ?? (await view.probe(driver, new AbortController().signal)).version;
        const about = { subject: id, params: { name, version: version ?? '' }, evidence: { version } };
        const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
        const old = TOO_OLD[profile?.id ?? ''];
        if (version === null || old === undefined) return { ...about, result: 'pass' };
        const [least, then] = old.below;
        return major < least || (major === least && minor < then)
          ? { ...about, result: 'warn', variant: old.variant }
          : { ...about, result: 'pass' };
      }),
    ),
};

/** `driver.crashes`: drivers whose process had to be replaced since Signet started, or that Signet gave up on. */
export const driverCrashes: Check = {
  id: 'driver.crashes',
  severity: 'warning',
  dependsOn: ['driver.initialises'],
  run: async (view) =>
    view.drivers().flatMap(({ id, name, status }): Finding[] => {
      if (status === null || status.crashes === 0) return [];
      const evidence = { crashes: status.crashes, state: status.state, lastError: status.lastError };
      return [{ result: 'warn', variant: 'some', subject: id, params: { name, count: status.crashes }, evidence }];
    }),
};

/** `driver.flags-reliable`: a driver whose PIN flags did not move after a wrong PIN that Signet saw. */
export const driverFlagsReliable: Check = {
  id: 'driver.flags-reliable',
  severity: 'notice',
  dependsOn: ['driver.initialises'],
  timeout: 12_000,
  run: async (view) => {
    const silent = new Set((await view.tokens()).filter(({ pin }) => pin.flagsReliable === 'no').map(({ driverId }) => driverId));
    return view.drivers().flatMap(({ id, name, profile }): Finding[] => {
      if (!silent.has(id)) return [];
      const known = profile?.quirks.flags === 'none' || profile?.quirks.flags === 'unreliable';
      const about = { subject: id, params: { name }, evidence: { known } };
      return [known ? { ...about, result: 'pass', variant: 'known' } : { ...about, result: 'warn', variant: 'silent' }];
    });
  },
};
