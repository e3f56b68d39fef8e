/** The practice values; real only for throw-away tokens. */
export const USER_PIN = '123456';
export const SO_PIN = '12345678';
