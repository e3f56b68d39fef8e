/** A request of the extension's: `origin` is the page's as the browser tells it, null for the extension itself. */
export interface Ask {
  id: string;
  origin: string | null;
  method: string;
  params: Record<string, unknown>;
  language: string | undefined;
}

/** The request in a message; null for what is none. */
export function askIn(message: unknown): Ask | null {
  const { id, origin, method, params, language } = (message ?? {}) as Record<string, unknown>;
  if (typeof id !== 'string' || typeof method !== 'string' || (typeof origin !== 'string' && origin !== null)) return null;
  const given =
    typeof params === 'object' && params !== null && !Array.isArray(params) ? (params as Record<string, unknown>) : {};
  return { id, origin, method, params: given, language: typeof language === 'string' ? language : undefined };
}

/** What tells the daemon for whom this is. */
export function headersOf({ origin, language }: Ask): Record<string, string> {
  return {
    'signet-origin': origin ?? '',
    'signet-via': 'extension',
    ...(language === undefined || !/^[\w-]{1,35}$/.test(language) ? {} : { 'accept-language': language }),
  };
}
