import { lookForBadge } from '../badge.ts';
import { serveFrame } from './frame.ts';
import { NativeHost } from './native.ts';
import { Shares } from './share.ts';

const host = new NativeHost();
const shares = new Shares();
const LOOK = 'badge';
/** Between two looks at what is plugged in, in minutes. */
const EVERY = 60;

let looking = false;
let again = false;

/** One look at a time, and one more for all that came meanwhile: a page can have as many requests answered as it likes. */
async function follow(): Promise<void> {
  again = true;
  if (looking) return;
  looking = true;
  try {
    while (again) {
      again = false;
      // A daemon that does not run is not started for the badge.
      await lookForBadge(host, { start: false });
    }
  } finally {
    looking = false;
  }
}
const look = (): void => void follow();

chrome.runtime.onConnect.addListener((port) => {
  if (port.name === 'page') serveFrame(port, host, shares, look);
});
chrome.runtime.onStartup.addListener(look);
chrome.runtime.onInstalled.addListener(() => {
  void chrome.alarms.create(LOOK, { periodInMinutes: EVERY });
  look();
});
chrome.alarms.onAlarm.addListener(({ name }) => {
  if (name === LOOK) look();
});
