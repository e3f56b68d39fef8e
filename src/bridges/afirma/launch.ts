import { SignetError } from '../../errors/index.ts';
import { readQuery } from './query.ts';

/** What a site's launch address asks for. */
export interface Launch {
  /** The ports that the page will look at, in its order. */
  ports: readonly number[];
  /** What every message of the page must name: nobody but the page and the launched program know it. */
  session: string;
  /** The page's script waits with `#wait` and reads errors with numbers (protocol 4.1); older ones wait for one answer and read `SAF_nn`. */
  modern: boolean;
}

const LONGEST = 2_048;
/** Where pages look that name no ports: protocol 3. */
const OLD_PORT = 63_117;
const MOST_PORTS = 16;

/**
 * Reads `afirma://websocket?ports=…&v=4&jvc=4&idsession=…`, strictly: whoever can show the person a link can write one. Throws
 * `launch_refused`; its variant tells what is wrong.
 */
export function readLaunch(address: string): Launch {
  if (address.length > LONGEST) throw new SignetError('launch_refused');
  const [, action, text = ''] = /^afirma:\/\/([a-z]+)\/?(?:\?([\x21-\x7e]*))?$/i.exec(address) ?? [];
  const parameters = readQuery(text);
  if (action === undefined || parameters === null) throw new SignetError('launch_refused');
  if (action.toLowerCase() === 'service') throw new SignetError('launch_refused', { variant: 'service' });
  // Any other word is an operation, which comes in the address only where the rest goes through the site's server.
  if (action.toLowerCase() !== 'websocket') throw new SignetError('launch_refused', { variant: 'server' });
  const session = parameters.get('idsession') ?? '';
  if (!/^[A-Za-z0-9]{8,64}$/.test(session)) throw new SignetError('launch_refused', { variant: 'session' });
  const named = parameters.get('ports');
  const version = parameters.get('v') ?? (named === undefined ? '3' : '4');
  if (version !== '3' && version !== '4') throw new SignetError('launch_refused', { variant: 'version' });
  const jvc = parameters.get('jvc') ?? '0';
  if (!/^\d{1,3}$/.test(jvc)) throw new SignetError('launch_refused', { variant: 'version' });
  const ports = version === '3' || named === undefined ? [OLD_PORT] : readPorts(named);
  return { ports, session, modern: version === '4' && Number(jvc) > 3 };
}

function readPorts(text: string): number[] {
  const words = text.split(',');
  const ports = [...new Set(words.map(Number))];
  const fine = words.every((word) => /^[1-9]\d{3,4}$/.test(word)) && ports.every((port) => port >= 1_024 && port <= 65_535);
  if (!fine || words.length > MOST_PORTS) throw new SignetError('launch_refused', { variant: 'ports' });
  return ports;
}
