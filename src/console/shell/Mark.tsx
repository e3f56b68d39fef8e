/** The name with its sign. */
export function Mark() {
  return (
    <span class="mark">
      <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="8" />
        <circle cx="16" cy="12.5" r="5.2" />
        <path d="M16 18v8.2M16 22.2h4.4" />
      </svg>
      Signet
    </span>
  );
}
