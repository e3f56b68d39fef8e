import type { SlotLook } from '../../drivers/index.ts';
import type { DriverView, View } from '../view.ts';

/** Readers as the drivers of cards list them, each once however many drivers see it. */
export interface HardwareSlots {
  /** How many drivers were asked and answered. 0: nothing can be said about readers. */
  asked: number;
  slots: SlotLook[];
}

/**
 * Asks every driver that is for cards. Without a library for PC/SC of its own this is how Signet sees readers: what no driver
 * lists, it cannot see. A reader counts as readable when any driver can read its card.
 */
export async function hardwareSlots(view: View): Promise<HardwareSlots> {
  const drivers = await cardDrivers(view);
  const byName = new Map<string, SlotLook>();
  let asked = 0;
  for (const driver of drivers) {
    const { outcome, readers } = await view.probe(driver, new AbortController().signal);
    if (outcome !== 'ok' || readers === null || readers === undefined) continue;
    asked += 1;
    for (const slot of readers) {
      const known = byName.get(slot.name);
      if (slot.hardware && (known === undefined || better(slot, known))) byName.set(slot.name, slot);
    }
  }
  return { asked, slots: [...byName.values()].sort((a, b) => a.name.localeCompare(b.name)) };
}

/** The drivers that are for cards: those the catalogue names cards for, and unknown ones that show a reader, or nothing at all. */
export async function cardDrivers(view: View): Promise<DriverView[]> {
  const chosen: DriverView[] = [];
  for (const driver of view.drivers()) {
    const entry = view.catalogue.drivers.find(({ id }) => id === driver.profile?.id);
    if (entry !== undefined) {
      if (entry.cards.length > 0) chosen.push(driver);
      continue;
    }
    if (driver.status === null && view.machine.file(driver.library).kind === null) continue;
    const { outcome, readers } = await view.probe(driver, new AbortController().signal);
    if (outcome === 'ok' && (readers?.length === 0 || readers?.some(({ hardware }) => hardware))) chosen.push(driver);
  }
  return chosen;
}

function better(slot: SlotLook, known: SlotLook): boolean {
  const worth = ({ card, unreadable }: SlotLook): number => (card ? (unreadable === null ? 2 : 1) : 0);
  return worth(slot) > worth(known);
}
