import { socketPath } from '../../places/index.ts';
import type { View } from '../view.ts';

/** What is there may take a connection and never answer. Milliseconds. */
const PATIENCE = 1_000;

/** What answers `/health` at one of Signet's doors. `silent`: it takes a connection and says nothing. */
export type Answer =
  | { who: 'nobody' }
  | { who: 'silent' }
  | { who: 'other' }
  | { who: 'signet'; version: string | null }
  | { who: 'untold'; code: string };

/** Who is at Signet's port. Whatever takes a connection there and is not Signet is another. */
export async function askPort(view: View, signal: AbortSignal): Promise<Answer> {
  const answer = await ask(view, view.settings.port, signal);
  return answer.who === 'silent' ? { who: 'other' } : answer;
}

/** Who is at this person's socket, or named pipe on Windows. */
export function askSocket(view: View, signal: AbortSignal): Promise<Answer> {
  return ask(view, socketPath(view.settings.runtimeDir, view.machine.platform), signal);
}

async function ask({ machine }: View, door: number | string, signal: AbortSignal): Promise<Answer> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
  const asked =
    typeof door === 'number'
      ? machine.get(`http://127.0.0.1:${door}/health`, soon)
      : machine.get('http://localhost/health', soon, door);
  const answer = await asked.catch(() => null);
  if (answer !== null) return fromHealth(answer.body);
  const code = await machine.connect(door, signal);
  if (code === null) return { who: 'silent' };
  return code === 'ECONNREFUSED' || code === 'ENOENT' ? { who: 'nobody' } : { who: 'untold', code };
}

function fromHealth(body: string): Answer {
  try {
    const told: unknown = JSON.parse(body);
    if (told instanceof Object && 'name' in told && told.name === 'signet') {
      const version = 'version' in told && typeof told.version === 'string' ? told.version.slice(0, 40) : null;
      return { who: 'signet', version };
    }
  } catch {
    // Not JSON: not Signet.
  }
  return { who: 'other' };
}
