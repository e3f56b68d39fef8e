import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Bundles, Recordings } from '../../../src/diagnostics/bundle/index.ts';
import { rooms } from './rooms.ts';

const MINUTE = 60_000;

let told: string[];
let recordings: Recordings;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  recordings = new Recordings({
    mark: (marker, phase) => told.push(`${phase} ${marker}`),
    verbose: (on) => told.push(on ? 'verbose' : 'quiet'),
  });
});
afterEach(() => {
  recordings.close();
  vi.useRealTimers();
});

describe('a recording', () => {
  it('marks its beginning and its end, and is verbose between them', () => {
    const { id, marker, endedAt } = recordings.start();
    expect(endedAt).toBeNull();
    expect(recordings.end(id).endedAt).not.toBeNull();
    expect(told).toEqual(['verbose', `begin ${marker}`, `end ${marker}`, 'quiet']);
  });

  it('ends by itself after ten minutes, though nobody comes back', () => {
    const { id, marker, endsAt } = recordings.start();
    expect(Date.parse(endsAt) - Date.now()).toBe(10 * MINUTE);
    vi.advanceTimersByTime(10 * MINUTE - 1);
    expect(told).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['verbose', `begin ${marker}`, `end ${marker}`, 'quiet']);
    expect(recordings.end(id).endedAt).toBe(recordings.facts(id).endedAt);
    expect(told).toHaveLength(4);
  });

  it('is alone', () => {
    const { id } = recordings.start();
    expect(() => recordings.start()).toThrow('recording_running');
    recordings.end(id);
    expect(recordings.start().id).not.toBe(id);
  });

  it('is not found when there was none of that name, or too many since', () => {
    expect(() => recordings.end('REC-222222')).toThrow('recording_not_found');
    const first = recordings.start();
    recordings.end(first.id);
    for (let round = 0; round < 5; round += 1) recordings.end(recordings.start().id);
    expect(() => recordings.facts(first.id)).toThrow('recording_not_found');
  });
});

describe('a bundle that was shown', () => {
  it('is kept for ten minutes, and not more than three are', async () => {
    const bundles = new Bundles(rooms(), recordings);
    const made = [];
    for (let round = 0; round < 4; round += 1) made.push(await bundles.make('en'));
    const [first, second, , last] = made.map(({ id }) => id);
    expect(() => bundles.zip(first ?? '')).toThrow('bundle_not_found');
    expect(bundles.zip(second ?? '')).toBe(bundles.zip((second ?? '').toLowerCase()));
    vi.advanceTimersByTime(10 * MINUTE);
    for (const id of [second, last]) expect(() => bundles.zip(id ?? '')).toThrow('bundle_not_found');
    bundles.close();
  });

  it('cannot be made of a recording that there is none of', async () => {
    const bundles = new Bundles(rooms(), recordings);
    await expect(bundles.make('en', 'REC-222222')).rejects.toThrow('recording_not_found');
    await expect(bundles.make('en')).resolves.toMatchObject({ preview: { language: 'en' } });
    bundles.close();
  });
});
