import type { BuildOptions } from './build.ts';
import type { BundleDocument } from './document.ts';
import type { Packed } from './pack.ts';

/** A bundle: what it holds, and the archive that is written. */
export interface WholeBundle extends Packed {
  id: string;
  preview: BundleDocument;
}

/**
 * Builds and packs a bundle. Throws SignetError `bundle_unsafe`. What it takes is loaded at the first one: most daemons
 * never make any.
 */
export async function makeBundle(options: BuildOptions): Promise<WholeBundle> {
  const [{ buildBundle }, { packBundle }] = await Promise.all([import('./build.ts'), import('./pack.ts')]);
  const built = await buildBundle(options);
  return { id: built.id, preview: built.document, ...(await packBundle(built)) };
}
