import type { Check } from '../check.ts';
import type { View } from '../view.ts';

/** What the system tells of the session that Signet runs in. Null: not told. */
export interface Session {
  remote: boolean | null;
  active: boolean | null;
  locked: boolean | null;
}

/** `os.session`: a session over the network, or a locked screen. Cards are often kept from both. */
export const osSession: Check = {
  id: 'os.session',
  severity: 'notice',
  dependsOn: [],
  run: async (view, signal) => {
    const session = await sessionOf(view, signal);
    const evidence = { ...session };
    if (session.remote === true) return { result: 'warn', variant: 'remote', evidence };
    return session.locked === true ? { result: 'warn', variant: 'locked', evidence } : { result: 'pass', evidence };
  },
};

/** Asks loginctl on Linux; elsewhere the environment tells of remote sessions only. */
export async function sessionOf({ machine }: View, signal: AbortSignal): Promise<Session> {
  const { env, platform } = machine;
  if (platform === 'win32') return { remote: /^rdp-/i.test(env.SESSIONNAME ?? ''), active: null, locked: null };
  const overSsh = env.SSH_CONNECTION !== undefined && env.SSH_CONNECTION !== '';
  const id = env.XDG_SESSION_ID;
  if (platform !== 'linux' || id === undefined || !/^\w{1,32}$/.test(id)) {
    return { remote: overSsh ? true : null, active: null, locked: null };
  }
  const told = await machine.run('loginctl', ['show-session', id, '-p', 'Remote', '-p', 'Active', '-p', 'LockedHint'], signal);
  const word = (name: string): boolean | null => {
    const [, value] = new RegExp(`^${name}=(yes|no)$`, 'm').exec(told.stdout) ?? [];
    return value === undefined ? null : value === 'yes';
  };
  return { remote: word('Remote') ?? (overSsh ? true : null), active: word('Active'), locked: word('LockedHint') };
}
