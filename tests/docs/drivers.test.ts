import { describe, expect, it } from 'vitest';
import schema from '../../native-config/drivers.schema.json' with { type: 'json' };
import { type DriverEntry, loadCatalogue } from '../../src/drivers/index.ts';
import { conservativeQuirks } from '../../src/drivers/profile.ts';
import { codeOf, Document, tableRows } from './document.ts';

const document = new Document('docs/drivers.md');
const { drivers } = loadCatalogue();
const SYSTEMS = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' } as const;
const KINDS = { user: 'PIN', so: 'SO', puk: 'PUK' } as const;

function rowOf({ id, name, vendor, libraries, tryLimit, verified }: DriverEntry): string[] {
  const systems = (['linux', 'darwin', 'win32'] as const)
    .filter((system) => libraries[system].length > 0)
    .map((system) => SYSTEMS[system]);
  const tries = (['user', 'so', 'puk'] as const).flatMap((kind) =>
    tryLimit?.[kind] === undefined ? [] : `${tryLimit[kind]} ${KINDS[kind]}`,
  );
  return [`\`${id}\``, name, vendor, systems.join(', '), tries.join(', '), verified ? 'seen' : ''];
}

describe('docs/drivers.md', () => {
  it('has the catalogue, row by row', () => {
    expect(tableRows(document.section('The catalogue'))).toEqual(drivers.map(rowOf));
  });

  it('explains every quirk', () => {
    const known = Object.keys(schema.$defs.quirks.properties).sort();
    expect(Object.keys(conservativeQuirks).every((quirk) => known.includes(quirk))).toBe(true);
    const section = document.section('What is assumed, and quirks');
    const explained = tableRows(section.slice(0, section.indexOf('### Unblocking'))).map(([quirk]) => codeOf(quirk));
    expect([...explained].sort()).toEqual(known);
  });

  it('explains every way to unblock', () => {
    const explained = tableRows(document.section('Unblocking')).flatMap(([ways = '']) =>
      [...ways.matchAll(/`([a-z-]+)`/g)].map(([, way]) => way),
    );
    expect(explained.sort()).toEqual([...schema.$defs.quirks.properties.unblock.enum].sort());
  });

  it('is counted right in the README', () => {
    const verified = drivers.filter((driver) => driver.verified).length;
    expect(new Document('README.md').text.replace(/\s+/g, ' ')).toContain(
      `[${drivers.length} libraries](docs/drivers.md), ${verified} of which`,
    );
  });
});
