import { download as save } from '../state/download.ts';
import { open } from './request.ts';

/** Fetches a file and hands it to the browser to save. The token travels in a header, never in an address. Throws as `open` does. */
export async function fetchFile(address: string, fallback: string): Promise<void> {
  const response = await open(address, { headers: { accept: '*/*' } });
  const type = response.headers.get('content-type') ?? 'application/octet-stream';
  save(nameIn(response.headers.get('content-disposition')) ?? fallback, await response.blob(), type);
}

/** The name in a Content-Disposition header (RFC 6266), the extended form first. */
function nameIn(header: string | null): string | null {
  const [, extended] = /filename\*=UTF-8''([^;]+)/i.exec(header ?? '') ?? [];
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended);
    } catch {
      // Not what was promised: the plain form will do.
    }
  }
  return /filename="([^"]+)"/.exec(header ?? '')?.[1] ?? null;
}
