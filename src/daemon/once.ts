/** What `make` resolves with, made at the first call and the same ever after; `made` is null until then. A failure is not kept. */
export interface Once<T> {
  (): Promise<T>;
  made(): T | null;
}

/** Puts off what costs memory until somebody asks for it. */
export function once<T>(make: () => Promise<T>): Once<T> {
  let making: Promise<T> | undefined;
  let made: T | null = null;
  const ask = (): Promise<T> => {
    making ??= make().then(
      (value) => {
        made = value;
        return value;
      },
      (error: unknown) => {
        making = undefined;
        throw error;
      },
    );
    return making;
  };
  return Object.assign(ask, { made: () => made });
}
