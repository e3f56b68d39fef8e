import type { FastifyReply } from 'fastify';

/**
 * Answers with a file to be saved: always as an attachment, of a type that no browser shows as a page. The name stands in it twice,
 * for old readers in ASCII (RFC 6266, RFC 8187).
 */
export function sendFile(reply: FastifyReply, name: string, bytes: Uint8Array, type = 'application/octet-stream'): FastifyReply {
  const ascii = name.replace(/[^ -~]/g, '_').replace(/["\\%]/g, '_');
  const extended = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return reply
    .header('content-disposition', `attachment; filename="${ascii}"; filename*=UTF-8''${extended}`)
    .header('content-security-policy', "default-src 'none'; sandbox")
    .header('x-content-type-options', 'nosniff')
    .type(type)
    .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
