/** Serial number, issuer and subject of a certificate as they stand in it (DER): a decoded name may not encode back to the same bytes. */
export interface RawNames {
  readonly serial: Buffer;
  readonly issuer: Buffer;
  readonly subject: Buffer;
}

/** Cuts the raw names out of an X.509 certificate (DER; RFC 5280, 4.1). Throws when it is too short for one. */
export function rawNames(certificate: Buffer): RawNames {
  const fields = children(content(content(certificate)));
  const [serial, , issuer, , subject] = fields[0]?.[0] === 0xa0 ? fields.slice(1) : fields;
  if (!serial || !issuer || !subject) throw new Error('not an X.509 certificate');
  return { serial, issuer, subject };
}

function measure(der: Buffer): { header: number; length: number } {
  const first = der.readUInt8(1);
  if (first < 0x80) return { header: 2, length: first };
  const octets = first & 0x7f;
  return { header: 2 + octets, length: der.readUIntBE(2, octets) };
}

function content(der: Buffer): Buffer {
  const { header, length } = measure(der);
  return der.subarray(header, header + length);
}

function children(body: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let rest = body; rest.length > 1; ) {
    const { header, length } = measure(rest);
    parts.push(rest.subarray(0, header + length));
    rest = rest.subarray(header + length);
  }
  return parts;
}
