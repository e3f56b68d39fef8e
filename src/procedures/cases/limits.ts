/** What a case holds at most. Sizes in bytes. */
export const MAX_FILE = 10 * 1024 * 1024;
export const MAX_FILES_SIZE = 50 * 1024 * 1024;
export const MAX_FILES = 50;
export const MAX_NOTES = 1_000;
/** Characters of a note. */
export const MAX_NOTE = 10_000;
/** Days until a reminder, when nobody says otherwise. */
export const USUAL_REMINDER = 7;
/** An export: its files and everything around them. */
export const MAX_EXPORT = 80 * 1024 * 1024;
