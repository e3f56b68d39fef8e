/** One attribute of a distinguished name. `type` is in lower case. */
export interface NameAttribute {
  type: string;
  value: string;
}

/** Other ways in which filters write the short names of certificates (RFC 4519, X.520), in lower case. */
const ALIASES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'cn',
  '2.5.4.4': 'sn',
  '2.5.4.5': 'serialnumber',
  '2.5.4.6': 'c',
  '2.5.4.7': 'l',
  '2.5.4.8': 'st',
  '2.5.4.9': 'street',
  '2.5.4.10': 'o',
  '2.5.4.11': 'ou',
  '2.5.4.12': 'title',
  t: 'title',
  '2.5.4.13': 'description',
  '2.5.4.42': 'gn',
  '2.5.4.65': 'pseudonym',
  '2.5.4.97': 'organizationidentifier',
  '1.2.840.113549.1.9.1': 'emailaddress',
  '0.9.2342.19200300.100.1.1': 'uid',
  '0.9.2342.19200300.100.1.25': 'dc',
  commonname: 'cn',
  surname: 'sn',
  givenname: 'gn',
  g: 'gn',
  e: 'emailaddress',
  email: 'emailaddress',
  organizationname: 'o',
  organizationalunitname: 'ou',
  countryname: 'c',
  localityname: 'l',
  stateorprovincename: 'st',
  s: 'st',
};

/** The one name of an attribute type, whichever of its names or its OID is given. */
export function attributeType(text: string): string {
  const type = text
    .trim()
    .toLowerCase()
    .replace(/^oid\./, '');
  return ALIASES[type] ?? type;
}

/** The attributes of a name in RFC 4514 form, most specific first. What has no string form keeps its `#` hexadecimal. */
export function attributesOf(name: string): NameAttribute[] {
  const attributes: NameAttribute[] = [];
  for (const part of name.match(/(?:\\[\s\S]|[^\\,+])+/g) ?? []) {
    const at = part.indexOf('=');
    if (at > 0) attributes.push({ type: attributeType(part.slice(0, at)), value: unescaped(part.slice(at + 1)) });
  }
  return attributes;
}

function unescaped(value: string): string {
  return value.replace(/((?:\\[0-9A-Fa-f]{2})+)|\\([\s\S])/g, (_, octets: string | undefined, character: string | undefined) =>
    octets === undefined ? (character ?? '') : Buffer.from(octets.replaceAll('\\', ''), 'hex').toString('utf8'),
  );
}
