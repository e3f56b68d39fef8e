import { type DerElement, DerError, expectTag, objectIdentifier, readAll, readOnly, TAG } from './der.ts';

/** Where a certificate says that more can be had, as it spells it: any scheme, in its order, each once. Nothing says they are safe to ask. */
export type Addresses = {
  /** Lists of revoked certificates. */
  crlUrls: string[];
  /** Who answers whether it was revoked. */
  ocspUrls: string[];
  /** The issuer's own certificate. */
  caIssuerUrls: string[];
};

const OCSP = '1.3.6.1.5.5.7.48.1';
const CA_ISSUERS = '1.3.6.1.5.5.7.48.2';
/** GeneralName `uniformResourceIdentifier` (RFC 5280 section 4.2.1.6). */
const URI = 0x86;
/** DistributionPointName `fullName`, inside `distributionPoint`. */
const FULL_NAME = 0xa0;
const MOST = 8;
const LONGEST = 2_048;

/** Addresses of CRL distribution points (RFC 5280 section 4.2.1.13); none when the extension cannot be read: the rest of the certificate can. */
export function readDistributionPoints(value: Buffer | undefined): string[] {
  return lenient(value, (points) =>
    points.flatMap((point) => {
      const [name] = readAll(expectTag(point, TAG.sequence).contents);
      if (name?.tag !== 0xa0) return [];
      const [full] = readAll(name.contents);
      return full?.tag === FULL_NAME ? readAll(full.contents) : [];
    }),
  );
}

/** Addresses of the authority information access extension (RFC 5280 section 4.2.2.1); none when it cannot be read. */
export function readAuthorityAccess(value: Buffer | undefined): Pick<Addresses, 'ocspUrls' | 'caIssuerUrls'> {
  const by = (method: string): string[] =>
    lenient(value, (descriptions) =>
      descriptions.flatMap((description) => {
        const [oid, location] = readAll(expectTag(description, TAG.sequence).contents);
        return objectIdentifier(oid) === method && location !== undefined ? [location] : [];
      }),
    );
  return { ocspUrls: by(OCSP), caIssuerUrls: by(CA_ISSUERS) };
}

function lenient(value: Buffer | undefined, names: (elements: DerElement[]) => DerElement[]): string[] {
  if (value === undefined) return [];
  try {
    const found = names(readAll(readOnly(value, TAG.sequence))).flatMap(address);
    return [...new Set(found)].slice(0, MOST);
  } catch (error) {
    if (error instanceof DerError) return [];
    throw error;
  }
}

/** An absolute address in visible ASCII, which is all that an IA5String of a URI may have (RFC 3986). */
function address({ tag, contents }: DerElement): string[] {
  if (tag !== URI || contents.length > LONGEST) return [];
  const text = contents.toString('latin1');
  return /^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(text) ? [text] : [];
}
