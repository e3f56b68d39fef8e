import type { Problem } from '../../client/web/messages.ts';
import { type OwnCode, own } from '../own.ts';
import { LONGEST } from '../size.ts';

/** The name that the browsers' manifests of native messaging hosts give to Signet's. */
const HOST = 'signet';
/** After the last request the host is kept for so long, in milliseconds: a site seldom asks for one thing only. */
const KEEP = 20_000;

/** How a request ended. */
export type Answer = { result: unknown } | { error: Problem };

interface Open {
  parts: string[];
  end(answer: Answer): void;
  event(event: string, data: unknown): void;
}

export interface NativeRequest {
  /** As the browser tells it; null for the extension itself. */
  origin: string | null;
  method: string;
  params: Readonly<Record<string, unknown>>;
  onEvent?: (event: string, data: unknown) => void;
}

/** The native messaging host: one process for all pages, started when the first asks, and left to end when none needs it. */
export class NativeHost {
  readonly #open = new Map<string, Open>();
  #port: chrome.runtime.Port | null = null;
  #spoken = false;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #count = 0;

  /** Asks; `answer` always comes, except after `cancel`. */
  ask({ origin, method, params, onEvent }: NativeRequest): { answer: Promise<Answer>; cancel(): void } {
    this.#count += 1;
    const id = String(this.#count);
    const answer = new Promise<Answer>((resolve) => {
      this.#open.set(id, { parts: [], end: resolve, event: onEvent ?? (() => undefined) });
    });
    void answer.then(() => this.#done(id));
    this.#send(id, { id, origin, method, params, language: chrome.i18n.getUILanguage() });
    return {
      answer,
      cancel: () => {
        if (!this.#open.has(id)) return;
        try {
          this.#port?.postMessage({ cancel: id });
        } catch {
          // The host has gone, and with it whatever it was asked.
        }
        this.#done(id);
      },
    };
  }

  #send(id: string, message: Record<string, unknown>): void {
    if (new TextEncoder().encode(JSON.stringify(message)).length > LONGEST) {
      this.#end(id, 'payload_too_large');
      return;
    }
    clearTimeout(this.#idle);
    try {
      this.#port ??= this.#connect();
      this.#port.postMessage(message);
    } catch {
      // A port that has closed a moment ago: what is told is the same as a moment later.
      this.#end(id, 'host_gone');
    }
  }

  #connect(): chrome.runtime.Port {
    const port = chrome.runtime.connectNative(HOST);
    this.#spoken = false;
    port.onMessage.addListener((message: unknown) => this.#take(message));
    port.onDisconnect.addListener(() => {
      // Looked at, or the browser calls it an error that nobody looked at.
      void chrome.runtime.lastError;
      if (this.#port !== port) return;
      this.#port = null;
      for (const id of [...this.#open.keys()]) this.#end(id, this.#spoken ? 'host_gone' : 'host_missing');
    });
    return port;
  }

  #take(message: unknown): void {
    this.#spoken = true;
    const { id, ...rest } = (message ?? {}) as Record<string, unknown>;
    const open = typeof id === 'string' ? this.#open.get(id) : undefined;
    if (open === undefined) return;
    if (typeof rest.part === 'string') open.parts.push(rest.part);
    else settle(open, rest);
    if (rest.last === true) settle(open, JSON.parse(open.parts.splice(0).join('')) as Record<string, unknown>);
  }

  #end(id: string, code: OwnCode): void {
    this.#open.get(id)?.end({ error: own(code) });
  }

  #done(id: string): void {
    this.#open.delete(id);
    if (this.#open.size > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.#port?.disconnect();
      this.#port = null;
    }, KEEP);
  }
}

function settle(open: Open, { event, data, result, error }: Record<string, unknown>): void {
  if (typeof event === 'string') open.event(event, data);
  else open.end(error === undefined ? { result } : { error: error as Problem });
}
