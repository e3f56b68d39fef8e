export { type PinentryOptions, pinentryFace } from './face.ts';
