import { SignetError } from '../../errors/index.ts';
import type { Purpose } from '../../sites/index.ts';
import type { Credential } from '../../tokens/index.ts';
import { readFilters } from './filters.ts';
import { isTrue, type Properties } from './properties.ts';
import type { Work } from './work.ts';

/** The certificate that each origin asked to be kept for its next operations, by DER. */
export type Sticky = Map<string, Buffer>;

/**
 * The certificate for an operation: the one that this origin keeps (`sticky`), or the one that the person picks among those
 * which the site's filters let through. Throws what `Sites.certificate` throws.
 */
export async function pick(work: Work, properties: Properties, purpose: Purpose): Promise<Credential> {
  const { sites, site, call, sticky, request, now } = work;
  const filters = readFilters(properties);
  const lists = new WeakMap<object, Credential[]>();
  const accepts = (credential: Credential, all: readonly Credential[]): boolean => {
    const kept = lists.get(all) ?? filters(all, now());
    lists.set(all, kept);
    return kept.includes(credential);
  };
  if (isTrue(request.parameters.get('resetsticky'))) sticky.delete(site.origin);
  if (!isTrue(request.parameters.get('sticky'))) return sites.certificate(site, { purpose, accepts }, call);
  const kept = await keptOne(work);
  if (kept !== null && accepts(kept, [kept])) return kept;
  const picked = await sites.certificate(site, { purpose, accepts }, call);
  sticky.set(site.origin, picked.certificate.der);
  return picked;
}

async function keptOne({ sites, site, sticky }: Work): Promise<Credential | null> {
  const certificate = sticky.get(site.origin);
  if (certificate === undefined) return null;
  try {
    return await sites.find(site, { certificate });
  } catch (error) {
    // Gone, never shown since, or one for logging in only that was picked to be looked at: the person picks another.
    if (error instanceof SignetError && (error.code === 'credential_not_found' || error.code === 'no_certificate')) return null;
    throw error;
  }
}
