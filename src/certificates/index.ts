export { type Ending, ExpiryWatch, type ExpiryWatchOptions, THRESHOLDS, type Threshold } from './expiry-watch.ts';
