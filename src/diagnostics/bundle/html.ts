/** Markup: only what `element` and `text` make is one, so that no string becomes markup by accident. */
export interface Markup {
  readonly html: string;
}

export type Content = Markup | string | number | null | readonly Content[];

/** An element with its contents; strings among them are escaped. Attribute values are escaped too; names are the caller's own. */
export function element(name: string, attributes: Readonly<Record<string, string>>, ...contents: Content[]): Markup {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  return { html: `<${name}${given.join('')}>${contents.map(rendered).join('')}</${name}>` };
}

/** The five characters that mean something in HTML; and nothing invisible that turns the direction of reading. */
export function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, (found) => (found === '\n' ? found : '\ufffd'))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** The texts between the tags of a page that `element` made, as a reader sees them. */
export function textsOf(html: string): string[] {
  return html
    .replace(/<style>[^<]*<\/style>/g, '')
    .split(/<[^>]*>/)
    .map((text) =>
      text
        .replaceAll('&#39;', "'")
        .replaceAll('&quot;', '"')
        .replaceAll('&gt;', '>')
        .replaceAll('&lt;', '<')
        .replaceAll('&amp;', '&')
        .trim(),
    )
    .filter((text) => text !== '');
}

function rendered(content: Content): string {
  if (content === null) return '';
  if (typeof content === 'string' || typeof content === 'number') return escaped(String(content));
  return 'html' in content ? content.html : content.map(rendered).join('');
}
