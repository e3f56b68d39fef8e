import { expect } from 'vitest';
import { compilerMissing } from '../compile.ts';
import { Probe } from '../probe.ts';
import { buildShim, ShimControl } from '../shim.ts';
import { createSoftHsm, type SoftHsm, softHsmMissing } from '../softhsm.ts';

/** Why the shim cannot be tried here, or undefined. */
export const absent: string | undefined = softHsmMissing() ?? compilerMissing();

/** CKR_* that the shim's tests meet. */
export const RV = {
  canceled: 0x50,
  deviceError: 0x30,
  deviceRemoved: 0x32,
  pinIncorrect: 0xa0,
  pinLocked: 0xa4,
  sessionInvalid: 0xb3,
  notPresent: 0xe0,
  alreadyLoggedIn: 0x100,
  rejected: 0x200,
} as const;

const COUNTING = 0x770000;

/** One test's token, shim and probes. */
export class Stage {
  readonly library: string;
  readonly token: SoftHsm;
  readonly control: ShimControl = new ShimControl();
  readonly #probes: Probe[] = [];

  private constructor(library: string, token: SoftHsm) {
    this.library = library;
    this.token = token;
  }

  static async set(): Promise<Stage> {
    return new Stage(await buildShim(), await createSoftHsm());
  }

  /** A probe that has loaded the shim, or the library given with nothing but `env` added to its environment. */
  async start(library: string = this.library, env?: NodeJS.ProcessEnv): Promise<Probe> {
    const probe = await Probe.start(library, env ?? { ...this.token.env, ...this.control.env }, this.token.label);
    this.#probes.push(probe);
    return probe;
  }

  /** A probe with a session. */
  async open(): Promise<Probe> {
    const probe = await this.start();
    await probe.ask('open', {});
    return probe;
  }

  /** A probe with a session in which the user is logged in. */
  async loggedIn(): Promise<Probe> {
    const probe = await this.open();
    expect(await probe.ask('login', { pin: this.token.userPin })).toEqual({ ok: null });
    return probe;
  }

  async clear(): Promise<void> {
    await Promise.all(this.#probes.splice(0).map((probe) => probe.stop()));
    this.token.dispose();
    this.control.dispose();
  }
}

/** The token's flags as the probe sees them. */
export async function flags(probe: Probe): Promise<number> {
  const reply = await probe.ask('flags', {});
  if ('rv' in reply) throw new Error(reply.message);
  return reply.ok;
}

/** Those of the flags that count tries. */
export async function counting(probe: Probe): Promise<number> {
  return (await flags(probe)) & COUNTING;
}
