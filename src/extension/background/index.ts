import { lookForBadge } from '../badge.ts';
import { serveFrame } from './frame.ts';
import { NativeHost } from './native.ts';

const host = new NativeHost();
const LOOK = 'badge';
/** Between two looks at what is plugged in, in minutes. */
const EVERY = 60;

// A daemon that does not run is not started for the badge.
const look = (): void => void lookForBadge(host, { start: false });

chrome.runtime.onConnect.addListener((port) => {
  if (port.name === 'page') serveFrame(port, host, look);
});
chrome.runtime.onStartup.addListener(look);
chrome.runtime.onInstalled.addListener(() => {
  void chrome.alarms.create(LOOK, { periodInMinutes: EVERY });
  look();
});
chrome.alarms.onAlarm.addListener(({ name }) => {
  if (name === LOOK) look();
});
