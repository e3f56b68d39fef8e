/** The ways by which a page's script tries to reach the daemon, in the order of the table in docs/origins.md; the last leaves the page. */
export const WAYS = [
  'fetch /v1/site/status',
  'fetch /v1/site/pairing',
  'fetch /v1/site/certificates',
  'XMLHttpRequest /v1/site/certificates',
  'fetch from a worker',
  'fetch with text/plain',
  'fetch with no-cors',
  'fetch with credentials',
  'fetch with Authorization',
  'fetch with Signet-Origin',
  'fetch /v1/tokens',
  'form, urlencoded',
  'form, text/plain',
  'image',
  'frame',
  'WebSocket',
  'EventSource',
  'beacon',
  'navigation',
] as const;
export type PageWay = (typeof WAYS)[number];

/**
 * Runs in a page: tries one way after the other and tells what the page gets to see of each: a status with the problem's code where
 * there is one, or `nothing`. Each address carries `?probe=` and the way, by which the daemon's answer is found again.
 */
export async function attempt(all: readonly string[], base: string, probe: string): Promise<string[]> {
  const seen: string[] = [];
  for (const way of all) seen.push(await one(way, `${probe} ${way}`));
  return seen;

  async function one(way: string, probe: string): Promise<string> {
    const at = (path: string): string => `${base}${path}?probe=${encodeURIComponent(probe)}`;
    const certificates = at('/v1/site/certificates');
    const json = { 'content-type': 'application/json' };
    const asked = async (address: string, init: RequestInit = {}): Promise<string> => {
      const answer = await fetch(address, { method: 'POST', headers: json, body: '{}', ...init });
      if (answer.type === 'opaque') return 'nothing';
      const { code } = (await answer.json()) as { code?: string };
      return code === undefined ? String(answer.status) : `${answer.status} ${code}`;
    };
    // What becomes of a frame nobody can see from here: the daemon's own answer tells.
    const framed = (start: (frame: HTMLIFrameElement) => void): Promise<string> => {
      const frame = document.createElement('iframe');
      frame.name = `frame-${probe}`;
      document.body.append(frame);
      start(frame);
      return Promise.resolve('nothing');
    };
    const posted = (enctype: string): Promise<string> =>
      framed((frame) => {
        const form = document.createElement('form');
        Object.assign(form, { method: 'post', action: certificates, enctype, target: frame.name });
        const field = document.createElement('input');
        Object.assign(field, { name: '{"purpose":"show","x":"', value: '"}' });
        form.append(field);
        document.body.append(form);
        form.submit();
      });
    const ways: Record<string, () => Promise<string>> = {
      'fetch /v1/site/status': () => asked(at('/v1/site/status')),
      'fetch /v1/site/pairing': () => asked(at('/v1/site/pairing')),
      'fetch /v1/site/certificates': () => asked(certificates),
      'XMLHttpRequest /v1/site/certificates': () =>
        new Promise((resolve, reject) => {
          const asking = new XMLHttpRequest();
          asking.open('POST', certificates);
          asking.setRequestHeader('content-type', 'application/json');
          asking.onload = () => {
            const { code } = JSON.parse(asking.responseText) as { code?: string };
            resolve(code === undefined ? String(asking.status) : `${asking.status} ${code}`);
          };
          asking.onerror = () => reject(new Error('blocked'));
          asking.send('{}');
        }),
      'fetch from a worker': () =>
        new Promise((resolve, reject) => {
          const script = `fetch(${JSON.stringify(certificates)}, { method: 'POST', headers: ${JSON.stringify(json)}, body: '{}' })
          .then(async (answer) => [answer.status, (await answer.json()).code])
          .then(([status, code]) => postMessage(code === undefined ? String(status) : status + ' ' + code), () => postMessage('nothing'))`;
          const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
          worker.onmessage = ({ data }) => resolve(String(data));
          worker.onerror = () => reject(new Error('no worker'));
        }),
      'fetch with text/plain': () => asked(certificates, { headers: { 'content-type': 'text/plain' } }),
      'fetch with no-cors': () => asked(certificates, { mode: 'no-cors', headers: { 'content-type': 'text/plain' } }),
      'fetch with credentials': () => asked(certificates, { credentials: 'include' }),
      'fetch with Authorization': () => asked(certificates, { headers: { ...json, authorization: 'Bearer guess' } }),
      'fetch with Signet-Origin': () =>
        asked(certificates, { headers: { ...json, 'signet-origin': 'https://sede.example.es', 'signet-via': 'extension' } }),
      'fetch /v1/tokens': () => asked(at('/v1/tokens'), { method: 'GET', headers: {}, body: null }),
      'form, urlencoded': () => posted('application/x-www-form-urlencoded'),
      'form, text/plain': () => posted('text/plain'),
      image: () =>
        new Promise((resolve) => {
          const image = new Image();
          image.onload = () => resolve('an image');
          image.onerror = () => resolve('nothing');
          image.src = at('/v1/site/status');
        }),
      frame: () =>
        framed((frame) => {
          frame.src = at('/v1/site/pairing');
        }),
      WebSocket: () =>
        new Promise((resolve) => {
          const socket = new WebSocket(certificates.replace('http:', 'ws:'));
          socket.onopen = () => resolve('a connection');
          socket.onerror = () => resolve('nothing');
        }),
      EventSource: () =>
        new Promise((resolve) => {
          const events = new EventSource(at('/v1/events'));
          const end = (seen: string) => () => {
            events.close();
            resolve(seen);
          };
          events.onopen = end('events');
          events.onerror = end('nothing');
        }),
      beacon: async () => {
        navigator.sendBeacon(certificates, new Blob(['{}'], { type: 'text/plain' }));
        return 'nothing';
      },
      navigation: async () => {
        setTimeout(() => location.assign(at('/v1/site/pairing')));
        return 'nothing';
      },
    };
    try {
      return (await ways[way]?.()) ?? 'no such way';
    } catch {
      return 'nothing';
    }
  }
}
