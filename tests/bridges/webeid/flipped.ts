/** The same base64 with one bit in its middle changed. */
export function flipped(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString('base64');
}
