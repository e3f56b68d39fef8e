/** The fields of the form, as the person filled them in. */
export type Fields = Readonly<Record<string, string>>;

/** The one way in which page and server write the form's fields down: what is signed is these bytes. */
export function canonical(fields: Fields): string {
  const names = Object.keys(fields).sort();
  return JSON.stringify(names.map((name) => [name, fields[name]]));
}
