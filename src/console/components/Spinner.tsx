/** A small turning ring; whatever it stands beside says what is being waited for. */
export function Spinner() {
  return <span class="spinner" aria-hidden="true" />;
}
