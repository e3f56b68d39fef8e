import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { here, type Rig } from './rig.ts';

/** What a keeper told: the act, and what came of it. */
export interface Told {
  did: string;
  pid?: number;
  answer?: { rv?: number; complement?: string };
}

/** A daemon of its own over the rig's token; see keeper.child.ts. */
export class Keeper {
  readonly process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  /** Process id of its host. */
  host = 0;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.process = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  static async start(rig: Rig): Promise<Keeper> {
    const { library } = rig.client.status();
    const settings = { library, environment: rig.client.environment, label: rig.hsm.label };
    const child = spawn(process.execPath, [here('keeper.child.ts'), JSON.stringify(settings)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const keeper = new Keeper(child);
    keeper.host = (await keeper.hear()).pid ?? 0;
    return keeper;
  }

  tell(act: string): void {
    this.process.stdin.write(`${act}\n`);
  }

  async hear(): Promise<Told> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the keeper has ended');
    return JSON.parse(value) as Told;
  }

  async kill(): Promise<void> {
    const gone = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await gone;
  }
}
