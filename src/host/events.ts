import type { Readable } from 'node:stream';

/** One event of the daemon's, as docs/api.md lists them. */
export interface HostEvent {
  id: string;
  event: string;
  data: unknown;
}

/** Reads Server-Sent Events (HTML, 9.2) as the daemon writes them: `id`, `event` and one line of JSON as `data`. Comments are passed over. */
export async function* events(stream: Readable): AsyncGenerator<HostEvent, void, undefined> {
  stream.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stream as AsyncIterable<string>) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const found = parsed(block);
      if (found !== null) yield found;
    }
  }
}

function parsed(block: string): HostEvent | null {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
    fields.set(name, value);
  }
  const data = fields.get('data');
  if (data === undefined) return null;
  return { id: fields.get('id') ?? '', event: fields.get('event') ?? 'message', data: JSON.parse(data) as unknown };
}
