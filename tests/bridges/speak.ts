import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

/** What a page's script gets. */
export interface Spoken {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the protocols' own shapes, looked at member by member
  json: any;
}

export interface Speech {
  method?: string;
  origin?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  ca?: string;
}

/** Sends a request as a browser would for a page of `origin`: JSON, with its Origin. */
export function speak(url: string, { method = 'POST', origin, body, headers = {}, signal, ca }: Speech = {}): Promise<Spoken> {
  const send = url.startsWith('https:') ? secure : plain;
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const sent = { 'content-type': 'application/json', ...(origin === undefined ? {} : { origin }), ...headers };
  return new Promise((resolve, reject) => {
    const asked = send(url, { method, headers: sent, ...(signal ? { signal } : {}), ...(ca ? { ca } : {}) }, (response) => {
      let read = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        read += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        let json: unknown;
        try {
          json = JSON.parse(read);
        } catch {
          json = undefined;
        }
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: read, json });
      });
    });
    asked.on('error', reject);
    asked.end(text);
  });
}
