import type { TestDaemon } from '../../fixture/index.ts';
import { type LoopbackTls, loopbackTls } from './authority.ts';
import { freePorts, type PageOptions, SitePage } from './driver.ts';

export const SEDE = 'https://sede.example';

let made: Promise<LoopbackTls> | undefined;

/** The authority and leaf of this test file. */
export function tls(): Promise<LoopbackTls> {
  made ??= loopbackTls();
  return made;
}

/** A page of a site, launched at the daemon and connected. */
export async function pageAt(daemon: TestDaemon, options: Partial<PageOptions> = {}): Promise<SitePage> {
  const page = await pageOf(options);
  const launched = await launch(daemon, page.address);
  if (launched.status !== 201) throw new Error(`launch: ${launched.status} ${launched.text}`);
  await page.connect();
  return page;
}

/** A page of a site that is not launched yet, with ports of its own. */
export async function pageOf(options: Partial<PageOptions> = {}): Promise<SitePage> {
  const [{ ca }, ports] = await Promise.all([tls(), freePorts(3)]);
  return new SitePage({ origin: SEDE, ca, ports, ...options });
}

/** What the scheme handler does with an address. */
export function launch(daemon: TestDaemon, url: string): ReturnType<TestDaemon['call']> {
  return daemon.call('POST', '/v1/bridges/afirma/launch', { url });
}

/** What an operation ends with: `ok`, or what the page's error callback gets. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    const { type, code } = error as { type?: string; code?: string };
    if (type === undefined) throw error;
    return `${type.replace(/^.*\./, '')} ${code}`;
  }
}
