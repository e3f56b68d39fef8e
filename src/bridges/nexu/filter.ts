import { createHash } from 'node:crypto';
import type { Accepts, Purpose } from '../../sites/index.ts';
import { invalid } from '../loopback.ts';

/** Reads `certificateFilter` of a body, or its form in the query. Throws `invalid_request`. */
export function acceptsOf(asked: Record<string, unknown>): { purpose: Purpose; accepts: Accepts } {
  const { certificateFilter = {} } = asked;
  if (typeof certificateFilter !== 'object' || certificateFilter === null) throw invalid('certificateFilter', 'to be an object');
  const filter = certificateFilter as Record<string, unknown>;
  const wanted = filter.purpose ?? asked.certificatePurpose;
  const bit = filter.nonRepudiationBit ?? asked.nonRepudiation;
  const print = filter.certificateSHA1;
  if (wanted !== undefined && wanted !== null && wanted !== 'SIGNATURE' && wanted !== 'AUTHENTICATION')
    throw invalid('certificateFilter.purpose', 'to be SIGNATURE or AUTHENTICATION');
  return {
    // Whoever says nothing comes back with something to sign, which a key for logging in would not do.
    purpose: wanted === 'AUTHENTICATION' ? 'authenticate' : 'sign',
    accepts: ({ certificate: { der, facts } }) => {
      if (bit === true || bit === 'true') if (facts.keyUsage?.includes('nonRepudiation') !== true) return false;
      if (typeof print !== 'string' || print === '') return true;
      return sha1Forms(der).includes(print.toLowerCase());
    },
  };
}

/** As hex and as base64: the original sends bytes, which its JSON writer turns into base64. */
function sha1Forms(der: Buffer): string[] {
  const digest = createHash('sha1').update(der).digest();
  return [digest.toString('hex'), digest.toString('base64').toLowerCase()];
}
