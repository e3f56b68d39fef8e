/** Bytes of a request that the host takes, with room for what is around it. */
export const LONGEST = 22 * 1024 * 1024;
