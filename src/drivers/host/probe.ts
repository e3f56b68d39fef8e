import { writeSync } from 'node:fs';
import { CKR, ckrName } from '../ckr.ts';
import { CkFailure } from '../driver.ts';
import { FIRST_LANE_FD, HOST_SETTINGS, type ProbeLine, type ProbeSettings, type SlotLook } from '../protocol.ts';
import { askKernel } from './kernel.ts';
import { asCkFailure, ck, type Library, openLibrary } from './library.ts';
import { trim } from './listing.ts';
import { quietly } from './sessions.ts';

/** Slot flags (PKCS#11 2.40 section 3.2): a token is in it, it can be taken out, the slot is a piece of hardware. */
const TOKEN_PRESENT = 1;
const REMOVABLE = 2;
const HARDWARE = 4;
/** More slots than any machine has readers. */
const MOST_SLOTS = 64;

const settings = JSON.parse(process.env[HOST_SETTINGS] ?? '{}') as ProbeSettings;
askKernel(settings.daemon);

/** Each step is told before it is taken, so that a crash or a hang is known by the last line. */
function tell(line: ProbeLine): void {
  writeSync(FIRST_LANE_FD, `${JSON.stringify(line)}\n`);
}

function probe(): void {
  tell({ stage: 'load' });
  let library: Library;
  try {
    library = openLibrary(settings.library, settings.libraryParameters, () => tell({ stage: 'initialise' }));
  } catch (error) {
    tell({ error: wordsOf(error) });
    return;
  }
  tell({ stage: 'list', version: library.version });
  try {
    tell({ stage: 'done', slots: lookAtSlots(library) });
  } catch (error) {
    tell({ error: wordsOf(error) });
  }
  quietly(() => library.p11.C_Finalize());
}

function lookAtSlots(library: Library): SlotLook[] {
  const { p11 } = library;
  return ck('C_GetSlotList', () => p11.C_GetSlotList(false))
    .slice(0, MOST_SLOTS)
    .map((slot) => {
      const info = ck('C_GetSlotInfo', () => p11.C_GetSlotInfo(slot));
      const flags = Number(info.flags);
      const card = (flags & TOKEN_PRESENT) !== 0;
      return {
        name: trim(info.slotDescription),
        hardware: (flags & (REMOVABLE | HARDWARE)) !== 0,
        card,
        unreadable: card ? whyUnreadable(library, slot) : null,
      };
    });
}

function whyUnreadable({ p11 }: Library, slot: Buffer): string | null {
  try {
    ck('C_GetTokenInfo', () => p11.C_GetTokenInfo(slot));
    return null;
  } catch (error) {
    return error instanceof CkFailure ? ckrName(error.rv) : ckrName(CKR.CKR_GENERAL_ERROR);
  }
}

function wordsOf(error: unknown): string {
  const failure = asCkFailure(error, 'C_Initialize');
  if (failure instanceof CkFailure) return ckrName(failure.rv);
  return failure instanceof Error ? failure.message : 'unknown';
}

probe();
// A library's own threads must not keep the probe alive.
process.exit(0);
