import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as later } from 'node:timers/promises';
import WebSocket from 'ws';

/** Where the page finds a program, and which script it has loaded. */
export interface PageOptions {
  origin: string;
  /** Authority that the browser trusts. */
  ca: string;
  ports?: readonly number[];
  /** Version of the script: above 3 it waits with `#wait` and reads numbered errors. */
  jvc?: number;
  /** Version of the protocol; 3 has a port of its own and no list. */
  v?: 3 | 4;
  session?: string;
  /** Milliseconds between questions for the result; a browser's script takes 2000. */
  pollEvery?: number;
  /** Milliseconds between rounds of connections; a browser's script takes 2000. */
  connectEvery?: number;
  host?: string;
}

/** What a page's error callback is called with. */
export class PageError extends Error {
  readonly type: string;
  readonly text: string | undefined;
  readonly code: string;

  constructor(type: string, text: string | undefined, code: string) {
    super(`${type} ${code}: ${text}`);
    this.type = type;
    this.text = text;
    this.code = code;
  }
}

const CANCELLED = 'es.gob.afirma.core.AOCancelledOperationException';
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const RETRIES = 15;
/** Written as they are; everything else is escaped. */
const RAW = new Set(['properties', 'ksb64', 'dat', 'servicetimeout']);

/** Speaks as a site's page with the public script does: its address, its connections, its frames, its callbacks. */
export class SitePage {
  readonly options: Required<PageOptions>;
  /** Every frame that came and went, for assertions: `> sent`, `< received`. */
  readonly frames: string[] = [];
  #socket: WebSocket | null = null;
  readonly #opened = Promise.withResolvers<void>();
  readonly #others: WebSocket[] = [];

  constructor(options: PageOptions) {
    const session = Array.from({ length: 20 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
    const ports = Array.from({ length: 3 }, () => randomInt(49_152, 65_536));
    this.options = { jvc: 4, v: 4, session, ports, pollEvery: 20, connectEvery: 100, host: '127.0.0.1', ...options };
  }

  /** The address that the browser hands to the program. */
  get address(): string {
    const { ports, v, jvc, session } = this.options;
    if (v === 3) return `afirma://websocket?v=3&jvc=${jvc}&idsession=${session}`;
    return `afirma://websocket?ports=${ports.join(',')}&v=4&jvc=${jvc}&idsession=${session}`;
  }

  /** Opens a connection to every port, again and again, until the first is open; that one is used. */
  async connect(): Promise<void> {
    for (let round = 0; round < RETRIES && this.#socket === null; round += 1) {
      for (const port of this.options.v === 3 ? [63_117] : this.options.ports) this.#try(port);
      const timer = new AbortController();
      await Promise.race([
        this.#opened.promise,
        later(this.options.connectEvery, undefined, { signal: timer.signal }).catch(() => undefined),
      ]);
      timer.abort();
    }
    if (this.#socket === null)
      throw new PageError('es.gob.afirma.standalone.ApplicationNotFoundException', undefined, 'AS620017');
  }

  #try(port: number): void {
    const { ca, origin, host } = this.options;
    const socket = new WebSocket(`wss://${host}:${port}`, { ca, origin });
    this.#others.push(socket);
    socket.on('error', () => undefined);
    socket.on('open', () => {
      this.#socket ??= socket;
      this.#opened.resolve();
    });
  }

  /** The connection that is used. */
  get socket(): WebSocket {
    if (this.#socket === null) throw new Error('not connected');
    return this.#socket;
  }

  /** Sends one frame and resolves with the one that comes back. */
  exchange(frame: string): Promise<string> {
    const { socket } = this;
    this.frames.push(`> ${frame}`);
    return new Promise((resolve, reject) => {
      const closed = (code: number): void => reject(new PageError('java.lang.Exception', `closed ${code}`, 'AS420002'));
      if (socket.readyState !== socket.OPEN) return closed(1006);
      socket.once('close', closed);
      socket.once('message', (data: Buffer) => {
        socket.off('close', closed);
        this.frames.push(`< ${data}`);
        resolve(String(data));
      });
      socket.send(frame);
    });
  }

  /** One operation from echo to result. Rejects with PageError where the page's error callback is called. */
  async operation(
    op: string,
    parameters: Readonly<Record<string, string | undefined>> = {},
    session = this.options.session,
  ): Promise<string> {
    await this.exchange(`echo=-idsession=${session}@EOF`);
    return this.command(frameOf(op, session, parameters), session);
  }

  /** As `operation`, with a frame of one's own and no echo. */
  async command(frame: string, session = this.options.session): Promise<string> {
    let answer = await this.exchange(frame);
    while (answer === '#wait') {
      await new Promise((resolve) => setTimeout(resolve, this.options.pollEvery));
      answer = await this.exchange(`getresult?idsession=${session}`);
    }
    return judged(answer);
  }

  async sign(
    op: string,
    parameters: Readonly<Record<string, string | undefined>>,
  ): Promise<{ signature: Buffer; certificate: Buffer; extra: string | undefined }> {
    const [certificate = '', signature = '', extra] = (await this.operation(op, parameters)).split('|');
    return { signature: Buffer.from(signature, 'base64url'), certificate: Buffer.from(certificate, 'base64url'), extra };
  }

  async selectCertificate(parameters: Readonly<Record<string, string | undefined>> = {}): Promise<Buffer> {
    return Buffer.from(await this.operation('selectcert', parameters), 'base64url');
  }

  /** Files of the person's choice, as the callback is given them: name and base64. */
  async load(parameters: Readonly<Record<string, string | undefined>> = {}): Promise<[name: string, base64: string][]> {
    const files = (await this.operation('load', parameters)).split('|');
    return files.map((file) => {
      const at = file.indexOf(':');
      return [file.slice(0, at), file.slice(at + 1)];
    });
  }

  /** Resolves where the callback is called. */
  async save(parameters: Readonly<Record<string, string | undefined>>): Promise<string> {
    const answer = await this.operation('save', parameters);
    if (answer !== 'OK' && answer !== 'SAVE_OK') throw new Error(`no answer to a save: ${answer}`);
    return 'OK';
  }

  /** A local batch: what its callback is given. */
  async batch(
    definition: unknown,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<{ signs: BatchSign[]; certificate: Buffer | null }> {
    const dat = base64url(typeof definition === 'string' ? definition : JSON.stringify(definition));
    const [result = '', certificate] = (
      await this.operation('batch', { jsonbatch: 'true', localBatchProcess: 'true', dat, ...parameters })
    ).split('|');
    const { signs } = JSON.parse(Buffer.from(result, 'base64').toString('utf8')) as { signs: BatchSign[] };
    return { signs, certificate: certificate === undefined ? null : Buffer.from(certificate, 'base64') };
  }

  close(): void {
    for (const socket of this.#others) socket.terminate();
  }
}

export interface BatchSign {
  id: string;
  result: string;
  description?: string;
  signature?: string;
}

/** The frame of an operation, its parameters in the order and the form of the public script. */
export function frameOf(op: string, session: string, parameters: Readonly<Record<string, string | undefined>> = {}): string {
  const { mcv, ...rest } = parameters;
  const first = mcv === undefined ? {} : { mcv };
  const all = Object.entries({ ...first, op, idsession: session, ...rest }).filter(([, value]) => value !== undefined);
  const pairs = all.map(([name, value = '']) => `${name}=${RAW.has(name) ? value : encodeURIComponent(value)}`);
  return `afirma://${op}?${pairs.join('&')}`;
}

/** Base64url with padding, as pages send it. */
export function base64url(value: string | Buffer): string {
  return Buffer.from(value).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** The settings of an operation. */
export function properties(...lines: string[]): string {
  return base64url(lines.map((line) => `${line}\n`).join(''));
}

/** What the public script makes of a final answer. */
function judged(answer: string): string {
  if (answer === 'CANCEL') throw new PageError(CANCELLED, undefined, '');
  if (answer === 'NULL') throw new PageError('java.lang.Exception', undefined, 'AS620019');
  if (answer === 'MEMORY_ERROR') throw new PageError('es.gob.afirma.core.OutOfMemoryError', undefined, '');
  if (answer.startsWith('SAF_')) throw new PageError('java.lang.Exception', undefined, answer);
  const [, kind, rest = ''] = /^err-(\d\d):=([\s\S]*)$/.exec(answer) ?? [];
  if (kind === undefined) return answer;
  const [, code = '', text = rest] = /^(A[FS]\d{6}) - ([\s\S]*)$/.exec(rest) ?? [];
  throw new PageError(kind === '11' ? CANCELLED : 'java.lang.Exception', text, code);
}

/** So many free loopback ports. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(typeof address === 'object' && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
