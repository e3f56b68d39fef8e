import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** How long nothing can be pressed, in milliseconds: longer than a double click, shorter than reading. */
const SETTLE = 500;

/**
 * Whether the buttons of a question may be pressed: not in the first moment, nor just after the window came to the front. A press
 * or a key that was meant for something else must not allow anything.
 */
export function useArmed(): boolean {
  const armed = useSignal(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = (): void => {
      clearTimeout(timer);
      armed.value = false;
      timer = setTimeout(() => {
        armed.value = document.visibilityState === 'visible';
      }, SETTLE);
    };
    wait();
    addEventListener('focus', wait);
    document.addEventListener('visibilitychange', wait);
    return () => {
      clearTimeout(timer);
      removeEventListener('focus', wait);
      document.removeEventListener('visibilitychange', wait);
    };
  }, [armed]);
  return armed.value;
}
