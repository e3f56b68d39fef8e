/** Groups in brackets with a serial number, and long numbers by themselves: `REINER SCT cyberJack RFID standard (0142301234)`. */
const SERIALS = /[([]([^)\]]*\d{4,}[^)\]]*)[)\]]|\b(?=[0-9A-F]*\d)((?:0x)?[0-9A-F]{6,})\b/gi;

/** The parts of a reader's name that are its own serial number. */
export function readerSerials(reader: string): string[] {
  return [...reader.matchAll(SERIALS)].flatMap(([, bracketed, bare]) => {
    const found = (bracketed ?? bare ?? '').trim();
    const bareHex = found.replace(/^0x/i, '');
    return bareHex === found ? [found] : [found, bareHex];
  });
}

/** A reader's name without its serial number: the model stays. */
export function readerModel(reader: string): string {
  return reader
    .replace(SERIALS, '')
    .replace(/\s{2,}/g, ' ')
    .trim();
}
