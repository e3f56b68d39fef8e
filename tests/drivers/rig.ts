import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import {
  type ClientOptions,
  conservativeQuirks,
  DEFAULT_DEADLINES,
  type Deadlines,
  DriverClient,
  type DriverProfile,
  identityOf,
  type Quirks,
  Secret,
  type SignRequest,
  type SlotReport,
} from '../../src/drivers/index.ts';
import { buildShim, ShimControl } from '../backends/shim.ts';
import { createSoftHsm, type SoftHsm, type SoftHsmOptions } from '../backends/softhsm.ts';

export interface DriverOptions extends Partial<Omit<ClientOptions, 'deadlines'>> {
  deadlines?: Partial<Deadlines>;
  quirks?: Partial<Quirks>;
  id?: string;
  environment?: Record<string, string>;
}

/** A driver client for any library, with what happened to it. */
export interface Hosted {
  client: DriverClient;
  /** `event: detail`, as told to `onChange`. */
  changes: string[];
}

export function hostLibrary(path: string, options: DriverOptions = {}): Hosted {
  const { deadlines, quirks, id = 'test', environment = {}, ...rest } = options;
  const profile: DriverProfile = { id, vendor: null, name: id, tryLimit: null, quirks: { ...conservativeQuirks, ...quirks } };
  const changes: string[] = [];
  const client = new DriverClient(
    { id, path, profile, environment },
    {
      lanes: 2,
      maxQueue: 20_000,
      onChange: (event, detail) => changes.push(`${event}: ${detail}`),
      ...rest,
      deadlines: { ...DEFAULT_DEADLINES, ...deadlines },
    },
  );
  return { client, changes };
}

export interface RigOptions extends DriverOptions {
  token?: SoftHsmOptions;
}

/** A SoftHSM2 token behind the fault shim behind a driver client. */
export class Rig {
  readonly client: DriverClient;
  readonly changes: string[];
  readonly hsm: SoftHsm;
  readonly shim: ShimControl;
  /** What `slots` told of the token; empty until `look`. */
  slot = '';
  identity = '';

  constructor(hosted: Hosted, hsm: SoftHsm, shim: ShimControl) {
    this.client = hosted.client;
    this.changes = hosted.changes;
    this.hsm = hsm;
    this.shim = shim;
  }

  static async start(options: RigOptions = {}): Promise<Rig> {
    const { token, ...driver } = options;
    const hsm = await createSoftHsm(token);
    const shim = new ShimControl();
    const environment = { ...hsm.env, ...shim.env, SHIM_TARGET: hsm.library, ...driver.environment };
    const rig = new Rig(hostLibrary(await buildShim(), { ...driver, environment }), hsm, shim);
    try {
      await rig.look();
    } catch (error) {
      await rig.close();
      throw error;
    }
    return rig;
  }

  /** Finds the token, as a fresh host must be asked to. */
  async look(): Promise<SlotReport> {
    const { slots } = await this.client.call('slots', {});
    const found = slots.find(({ token }) => token?.label === this.hsm.label);
    if (!found?.token) throw new Error('the token is not listed');
    this.slot = found.slot;
    this.identity = identityOf(found.token);
    return found;
  }

  async flags(): Promise<number> {
    return (await this.client.call('token', { slot: this.slot })).flags;
  }

  login(pin: string | null = this.hsm.userPin, identity = this.identity) {
    return this.client.call('login', { slot: this.slot, identity, pin: pin === null ? null : Secret.fromText(pin) });
  }

  logout() {
    return this.client.call('logout', { slot: this.slot });
  }

  changePin(currentPin: string, newPin: string) {
    const secrets = { currentPin: Secret.fromText(currentPin), newPin: Secret.fromText(newPin) };
    return this.client.call('changePin', { slot: this.slot, identity: this.identity, ...secrets });
  }

  /** The request to sign a P-256 digest, or many. */
  request(...inputs: Buffer[]): SignRequest {
    const { id } = this.key('p256');
    return { slot: this.slot, keyId: id, mechanism: 0x1041, inputs, expectedLength: 64 };
  }

  /** One P-256 signature. */
  async sign(digest: Buffer): Promise<Buffer> {
    const { signatures } = await this.client.call('sign', this.request(digest));
    return signatures[0] ?? Buffer.alloc(0);
  }

  key(kind: string) {
    const key = this.hsm.keys.find((candidate) => candidate.kind === kind);
    if (key === undefined) throw new Error(`the token has no ${kind} key`);
    return { ...key, publicKey: new X509Certificate(Buffer.from(key.certificate, 'base64')).publicKey };
  }

  /** Calls that could spend a try, as `C_Login user 0xa0`. */
  spent(): string[] {
    return this.shim
      .trace()
      .map(
        ({ call, kind, rv, pinNull }) =>
          `${call} ${kind}${pinNull ? ' NULL' : ''} ${rv === null ? 'lost' : `0x${rv.toString(16)}`}`,
      );
  }

  async close(): Promise<void> {
    await this.client.stop();
    this.hsm.dispose();
    this.shim.dispose();
  }
}

/** Resolves when `check` holds; looks every few milliseconds, since nothing tells. Rejects after `milliseconds`. */
export async function eventually(check: () => boolean, milliseconds = 10_000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!check()) {
    if (performance.now() > end) throw new Error(`not so after ${milliseconds} ms: ${check}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** True while a process with this id exists. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A path in this folder. */
export function here(name: string): string {
  return join(import.meta.dirname, name);
}
