export type BrowserKind = 'chromium' | 'firefox';

export interface ManifestParts {
  version: string;
  /** What makes the id of the unpacked extension the same on every computer: an RSA public key (SPKI, base64). */
  key: string;
  /** Of the Firefox add-on. */
  geckoId: string;
}

/** Pages that may be spoken to; the content script looks itself whether theirs is a secure context. */
const PAGES = ['https://*/*', 'http://localhost/*', 'http://127.0.0.1/*'];
const ICONS = { 16: 'icons/16.png', 32: 'icons/32.png', 48: 'icons/48.png', 128: 'icons/128.png' };

/**
 * The manifest for one browser. `nativeMessaging` is the way to Signet, `alarms` has the badge looked at once an hour; there is no
 * host permission: the content script only carries messages.
 */
export function manifestFor(browser: BrowserKind, { version, key, geckoId }: ManifestParts): Record<string, unknown> {
  return {
    manifest_version: 3,
    name: '__MSG_name__',
    description: '__MSG_description__',
    version,
    default_locale: 'en',
    icons: ICONS,
    action: { default_popup: 'popup/index.html', default_title: '__MSG_name__', default_icon: ICONS },
    background: browser === 'chromium' ? { service_worker: 'background.js' } : { scripts: ['background.js'] },
    content_scripts: [{ matches: PAGES, js: ['content.js'], run_at: 'document_start', all_frames: true }],
    permissions: ['nativeMessaging', 'alarms'],
    content_security_policy: {
      extension_pages:
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    },
    ...(browser === 'chromium'
      ? { key, minimum_chrome_version: '120' }
      : {
          browser_specific_settings: {
            gecko: { id: geckoId, strict_min_version: '128.0', data_collection_permissions: { required: ['none'] } },
          },
        }),
  };
}

/** A catalogue of ours as the browsers want it: `{{holder}}` becomes a placeholder, numbered by the order in the English text. */
export function localesOf(
  texts: Readonly<Record<string, string>>,
  english: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => {
      const names = [...(english[key] ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '');
      const placeholders = Object.fromEntries(names.map((name, n) => [name, { content: `$${n + 1}` }]));
      const message = text.replaceAll('$', '$$$$').replace(/\{\{(\w+)\}\}/g, '$$$1$$');
      return [key, { message, ...(names.length === 0 ? {} : { placeholders }) }];
    }),
  );
}
