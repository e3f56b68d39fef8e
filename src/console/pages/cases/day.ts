/** A moment's day where this machine is, `YYYY-MM-DD`. */
export function dayOf(moment: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short' }).format(moment);
}
