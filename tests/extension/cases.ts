import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { BrowserName } from '../console/browser.ts';
import { awayCases } from './away.ts';
import { missing } from './browser.ts';
import { flowCases } from './flow.ts';
import { hostileCases } from './hostile.ts';
import { type Rooms, startRooms } from './rooms.ts';

/** Every case of pages with the extension, in one browser. */
export function casesIn(name: BrowserName): void {
  const absent = missing(name);
  describe.skipIf(absent !== undefined)(`a site in ${name} ${absent ?? ''}`, () => {
    let rooms: Rooms;
    const given = (): Rooms => rooms;

    beforeAll(async () => {
      rooms = await startRooms(name);
    });
    afterEach(async () => {
      rooms.person.does({});
      for (const page of (await rooms.extended.browser.pages()).slice(1)) await page.close();
    });
    afterAll(() => rooms?.[Symbol.asyncDispose]());

    // First, while no host runs that a browser could keep using.
    describe('that Signet is not there for', () => awayCases(given, name));
    describe('that the person knows', () => flowCases(given));
    describe('that tries something else', () => hostileCases(given));
  });
}
