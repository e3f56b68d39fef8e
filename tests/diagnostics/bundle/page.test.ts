import { describe, expect, it } from 'vitest';
import { element, textsOf } from '../../../src/diagnostics/bundle/html.ts';
import { type BundleRooms, buildBundle, packBundle, readablePage } from '../../../src/diagnostics/bundle/index.ts';
import { translator } from '../../../src/messages/index.ts';
import { rooms, TOKEN } from './rooms.ts';

const EVIL = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</pre></details><iframe src="javascript:alert(1)">',
  '</style><svg/onload=alert(1)>',
  '&lt;script&gt;',
  '\u202eevil\u0000',
];

const page = async (language: string, more: Partial<BundleRooms> = {}) =>
  readablePage((await buildBundle({ rooms: rooms(more), language })).document).html;

/** Names of the elements of a page, and whatever attributes they have. */
function markup(html: string): { elements: Set<string>; attributes: Set<string> } {
  const tags = [...html.replace(/<style>[^<]*<\/style>/, '').matchAll(/<\/?([a-z0-9]+)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*>/g)];
  expect(tags.map(([tag]) => tag).join('')).toHaveLength(
    (html.replace(/<style>[^<]*<\/style>/, '').match(/<[^>]*>/g) ?? []).slice(1).join('').length,
  );
  const attributes = tags.flatMap(([, , given = '']) => [...given.matchAll(/\s([a-z-]+)="/g)].map(([, name = '']) => name));
  return { elements: new Set(tags.map(([, name = '']) => name)), attributes: new Set(attributes) };
}

describe('the readable page', () => {
  it.each(['en', 'fr', 'es'])('tells in %s what is wrong first, then the PINs, then the drivers', async (language) => {
    const html = await page(language);
    const t = translator(language);
    const at = ['bundle.page.cause', 'bundle.page.pins', 'bundle.page.drivers', 'bundle.page.details'].map((key) =>
      textsOf(html).indexOf(t(key)),
    );
    expect(at.every((where) => where > 0)).toBe(true);
    expect([...at].sort((a, b) => a - b)).toEqual(at);
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).not.toMatch(/bundle\.\w+\.|undefined|\[object|NaN/);
  });

  it('has no script, nothing from outside and a policy that says so', async () => {
    const html = await page('en');
    const { elements, attributes } = markup(html);
    expect([...elements].sort()).toEqual([
      'b',
      'body',
      'dd',
      'details',
      'div',
      'dl',
      'dt',
      'h1',
      'h2',
      'h3',
      'head',
      'html',
      'li',
      'main',
      'meta',
      'p',
      'pre',
      'span',
      'summary',
      'table',
      'tbody',
      'td',
      'th',
      'thead',
      'title',
      'tr',
      'ul',
    ]);
    expect([...attributes].sort()).toEqual(['charset', 'class', 'content', 'http-equiv', 'lang', 'name', 'scope']);
    expect(html).toMatch(/http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[\w+/=]+'/);
    expect(html).not.toMatch(/https?:\/\/|url\(|@import/);
  });

  it.each(EVIL)('shows markup in a text as text: %j', async (evil) => {
    const before = markup(await page('en'));
    const html = await page('en', {
      tokens: () => [{ ...TOKEN, manufacturer: evil, model: evil, driver: evil, reader: evil }],
      drivers: () => [
        {
          id: evil,
          name: evil,
          library: `/usr/lib/${evil}`,
          state: 'failed',
          version: evil,
          crashes: 0,
          lastError: evil,
          queueLength: 0,
          pid: null,
        },
      ],
      diagnose: () =>
        Promise.resolve({
          checks: [{ id: 'a.b', result: 'fail', title: evil, found: evil, fix: evil, subject: evil, evidence: { detail: evil } }],
          summary: { startHere: 'a.b' },
          end: true,
        }),
      log: () => ({ lines: [JSON.stringify({ level: 30, time: 0, msg: evil, driver: evil })], dropped: 0 }),
    });
    const after = markup(html);
    expect([...after.elements].filter((name) => !before.elements.has(name))).toEqual([]);
    expect([...after.attributes].filter((name) => !before.attributes.has(name))).toEqual([]);
    expect(html).not.toMatch(/[\u202a-\u202e\0]/);
  });

  it('reads its own texts back as they were', () => {
    const text = `a & b < c > d " e ' f`;
    expect(textsOf(element('p', { class: text }, text).html)).toEqual([text]);
  });
});

describe('the archive', () => {
  it('holds the document as it was shown and the page, always in the same form', async () => {
    const { unzipSync } = await import('fflate');
    const built = await buildBundle({ rooms: rooms(), language: 'es' });
    const [first, second] = [await packBundle(built), await packBundle(built)];
    expect(first.zip.equals(second.zip)).toBe(true);
    const files = unzipSync(first.zip);
    expect(Object.keys(files)).toEqual(['signet-bundle.json', 'README.html']);
    expect(JSON.parse(Buffer.from(files['signet-bundle.json'] ?? []).toString('utf8'))).toEqual(built.document);
    expect(first.sizes).toEqual({
      zip: first.zip.length,
      json: files['signet-bundle.json']?.length,
      page: files['README.html']?.length,
    });
  });
});
