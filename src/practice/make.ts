import { join } from 'node:path';
import { type Authority, createAuthority, issue, type Leaf, loadAuthority, publishCrl } from './authority.ts';
import { writePrivate } from './file.ts';
import { type PracticeLayout, softhsmConf } from './layout.ts';
import type { TokenKeys } from './messages.ts';
import { type TokenProcess, withToken } from './operate.ts';
import { objectFiles, type Stamp } from './stamp.ts';
import { CREDENTIALS } from './values.ts';
import { damaged } from './whole.ts';

/** Makes token, keys, authority and certificates in the empty folder of `layout`, and stamps it. */
export async function make(library: string, layout: PracticeLayout, now: Date): Promise<Stamp> {
  writePrivate(layout.conf, softhsmConf(layout.tokens));
  return withToken(library, layout.conf, async (token) => {
    const keys = await token.ask({ op: 'create' });
    const keyFiles = objectFiles(layout);
    const authority = await createAuthority(layout, now);
    const made = { createdAt: now.toISOString(), keyFiles };
    return certify(layout, token, authority, keys, made, now);
  });
}

/** Issues and stores new certificates for the keys on the token, and publishes a new CRL. Presents no PIN. */
export async function reissue(library: string, layout: PracticeLayout, stamp: Stamp, now: Date): Promise<Stamp> {
  const authority = await loadAuthority(layout);
  return withToken(library, layout.conf, async (token) =>
    certify(layout, token, authority, await token.ask({ op: 'keys' }), stamp, now),
  );
}

/** Publishes a new CRL only. */
export async function republish(layout: PracticeLayout, stamp: Stamp, now: Date): Promise<Stamp> {
  const nextUpdate = await publishCrl(layout, await loadAuthority(layout), now);
  return save(layout, { ...stamp, crlNextUpdate: nextUpdate.toISOString() });
}

async function certify(
  layout: PracticeLayout,
  token: TokenProcess,
  authority: Authority,
  { serial, keys }: TokenKeys,
  made: Pick<Stamp, 'createdAt' | 'keyFiles'>,
  now: Date,
): Promise<Stamp> {
  const leaves: (Leaf & { id: string; label: string; kind: string })[] = [];
  for (const { id, label, kind, commonName } of CREDENTIALS) {
    leaves.push({ id, label, kind, ...(await issue(layout, authority, commonName, Buffer.from(keys[id] ?? '', 'base64'), now)) });
  }
  const stored = leaves.map(({ id, der }) => ({ id, der: der.toString('base64') }));
  await token.ask({
    op: 'certificates',
    authority: Buffer.from(authority.certificate.rawData).toString('base64'),
    leaves: stored,
  });
  const nextUpdate = await publishCrl(layout, authority, now);
  return save(layout, {
    version: 1,
    createdAt: made.createdAt,
    serial,
    keyFiles: made.keyFiles,
    // The driver leaves a damaged file of an earlier certificate where it is.
    certificateFiles: objectFiles(layout).filter((f) => !made.keyFiles.includes(f) && !damaged(join(layout.tokens, f))),
    credentials: leaves.map((leaf) => ({
      id: leaf.id,
      label: leaf.label,
      kind: leaf.kind,
      certificateSerial: leaf.serial,
      notAfter: leaf.notAfter.toISOString(),
    })),
    authorityNotAfter: authority.certificate.notAfter.toISOString(),
    crlNextUpdate: nextUpdate.toISOString(),
  });
}

function save(layout: PracticeLayout, stamp: Stamp): Stamp {
  writePrivate(layout.stamp, `${JSON.stringify(stamp, null, 2)}\n`);
  return stamp;
}
