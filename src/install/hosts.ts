import { readFileSync } from 'node:fs';
import type { Family, HostName } from './browsers.ts';
import type { Program } from './program.ts';
import { forBatch, forShell } from './quote.ts';
import { template } from './template.ts';

/** Extensions that may start a host, by family: Chromium's ids (32 letters from a to p), Firefox's add-on ids. */
export type Allowed = Readonly<Record<Family, readonly string[]>>;

interface Template extends Allowed {
  name: string;
  description: string;
}

const CHROMIUM_ID = /^[a-p]{32}$/;
const FIREFOX_ID = /^(\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}|[\w.+-]*@[\w.+-]+)$/i;

/** The family whose extension has this id, or null when no extension can have it. */
export function familyOf(id: string): Family | null {
  if (CHROMIUM_ID.test(id)) return 'chromium';
  return FIREFOX_ID.test(id) && id.length <= 80 ? 'firefox' : null;
}

/** The ids of our own extension: `src/extension/ids.json`, which the build derives from its key. */
export function ownExtension(): Allowed {
  const ids = JSON.parse(readFileSync(new URL('../extension/ids.json', import.meta.url), 'utf8')) as Record<Family, string>;
  return { chromium: [ids.chromium], firefox: [ids.firefox] };
}

/** The script that a browser starts. It stands between them because a manifest can name a program, but no arguments. */
export function hostScript(host: HostName, program: Program, platform: NodeJS.Platform): string {
  const windows = platform === 'win32';
  const quote = windows ? forBatch : forShell;
  const environment = Object.entries(program.settings)
    .map(([name, value]) => (windows ? `set "${name}=${value.replaceAll('%', '%%')}"\n` : `export ${name}=${forShell(value)}\n`))
    .join('');
  const values = { environment, node: quote(program.node), program: quote(program.host), host };
  if (!windows) return template('hosts/signet-host.sh', values);
  return template('hosts/signet-host.cmd', values).replaceAll('\n', '\r\n');
}

/**
 * A native messaging manifest. For `eu.webeid` the published extensions may call (Chrome's, Edge's, Firefox's), for `signet` our
 * own; `more` is added to either.
 */
export function manifest(host: HostName, family: Family, script: string, more: Allowed): string {
  const { name, description, ...known } = JSON.parse(template(`hosts/${host}.json`)) as Template;
  const own = host === 'signet' ? ownExtension()[family] : [];
  const ids = [...new Set([...known[family], ...own, ...more[family]])];
  const allowed =
    family === 'chromium' ? { allowed_origins: ids.map((id) => `chrome-extension://${id}/`) } : { allowed_extensions: ids };
  return `${JSON.stringify({ name, description, path: script, type: 'stdio', ...allowed }, null, 2)}\n`;
}
