/** Time zones whose names hold what was typed, those that begin with it (or whose city does) first. */
export function matchingTimeZones(zones: readonly string[], typed: string, limit: number): string[] {
  const wanted = typed.trim().toLowerCase().replaceAll(' ', '_');
  const rank = (zone: string): number => {
    const name = zone.toLowerCase();
    if (name === wanted) return 0;
    if (name.startsWith(wanted)) return 1;
    return name.slice(name.lastIndexOf('/') + 1).startsWith(wanted) ? 2 : 3;
  };
  return zones
    .filter((zone) => zone.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, limit);
}

/** Names of time zones to choose from; JavaScript leaves out UTC. */
export const TIME_ZONES: readonly string[] = [...Intl.supportedValuesOf('timeZone'), 'UTC'];
