import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';

const LISTENING = 'Waiting for virtual ICC on port';
const CARD = /Card (inserted into|Removed From) Virtual PCD 00 0([01])/;
const DEADLINE = 10_000;

/** How to run one private pcscd. */
export interface PcscdOptions {
  socket: string;
  /** Folder with the reader's configuration file. */
  configuration: string;
  preload: string;
  /** Loopback address the virtual reader listens on. */
  host: string;
  /** An existing empty folder: pcscd finds no drivers for real readers there. */
  drivers: string;
}

/**
 * One pcscd for one test: an ordinary user may not create the service's own socket, so systemd-socket-activate makes ours and
 * hands it over at the first connection. What it knows of cards is read from its log.
 */
export class Pcscd {
  readonly #options: PcscdOptions;
  readonly #changes = new EventEmitter();
  #process: ChildProcess | undefined;
  #tail = '';
  #listening = 0;
  #present = [false, false];
  /** Insertions whose ATR line is still to come, and ATR lines that no insertion announced. */
  #announced = 0;
  #unannounced = 0;

  constructor(options: PcscdOptions) {
    this.#options = options;
    this.#changes.setMaxListeners(0);
  }

  /** Starts it; resolves when both slots of the virtual reader listen. Rejects with the end of its output. */
  async start(): Promise<void> {
    const { socket, configuration, preload, host, drivers } = this.#options;
    rmSync(socket, { force: true });
    this.#tail = '';
    this.#listening = 0;
    this.#present = [false, false];
    this.#announced = 0;
    this.#unannounced = 0;
    const given = { LD_PRELOAD: preload, CARD_READER_HOST: host, PCSCLITE_HP_DROPDIR: drivers };
    const pass = Object.entries(given).flatMap(([name, value]) => ['-E', `${name}=${value}`]);
    const path = `${process.env.PATH ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`;
    const child = spawn(
      'systemd-socket-activate',
      ['-l', socket, ...pass, 'pcscd', '--foreground', '--info', '--config', configuration],
      {
        env: { PATH: path, LD_PRELOAD: preload },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#process = child;
    this.#follow(child);
    await this.#until('to listen', () => this.#tail.includes('Listening on'));
    const first = connect(socket, () => first.destroy());
    await this.#until('to open both slots', () => this.#listening >= 2);
  }

  /** Ends it at once, as a crash would; nothing if it does not run. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'close');
    child.kill('SIGKILL');
    await gone;
    this.#present = [false, false];
    this.#changes.emit('change');
  }

  /** Resolves when pcscd sees a card in the slot, or none; without pcscd there is none. */
  settled(slot: 0 | 1, present: boolean): Promise<void> {
    return this.#until(`to see ${present ? 'a' : 'no'} card in slot ${slot}`, () => {
      if (present && this.#present[slot] !== true && this.#unannounced > 0) {
        this.#unannounced -= 1;
        this.#present[slot] = true;
      }
      return this.#present[slot] === present;
    });
  }

  #follow(child: ChildProcess): void {
    let line = '';
    const read = (text: Buffer) => {
      if (this.#process !== child) return;
      this.#tail = (this.#tail + text).slice(-4000);
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      for (const one of lines) this.#note(one);
      this.#changes.emit('change');
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.on('error', (error) => this.#changes.emit('end', error.message));
    child.on('exit', () => this.#process === child && this.#changes.emit('end', 'it ended'));
  }

  #note(line: string): void {
    if (line.includes(LISTENING)) this.#listening++;
    const [, event, slot] = CARD.exec(line) ?? [];
    if (slot !== undefined) this.#present[Number(slot)] = event === 'inserted into';
    // A card that was there when pcscd first looked at a slot is read without the line about its insertion.
    if (slot !== undefined && event === 'inserted into') this.#announced += 1;
    else if (line.includes('Card ATR:') && this.#announced > 0) this.#announced -= 1;
    else if (line.includes('Card ATR:') && !this.#present.includes(true)) this.#unannounced += 1;
  }

  #until(what: string, reached: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => reached() && finish();
      const fail = (reason: string) => finish(reason);
      const finish = (reason?: string) => {
        clearTimeout(timer);
        this.#changes.off('change', look).off('end', fail);
        if (reason === undefined) resolve();
        else reject(new Error(`waiting for pcscd ${what}: ${reason}\n${this.#tail.slice(-2000)}`));
      };
      const timer = setTimeout(() => finish(`nothing within ${DEADLINE} ms`), DEADLINE);
      this.#changes.on('change', look).on('end', fail);
      look();
    });
  }
}
