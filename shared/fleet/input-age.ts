const dayMs = 24 * 60 * 60 * 1000;

/** Security fixes reach the channels within days; two months without any are many of them. */
export const oldAfterDays = 60;

/** Whole days since a moment. Both in milliseconds since the epoch. */
export function daysSince(at: number, now: number): number {
  return Math.max(0, Math.floor((now - at) / dayMs));
}

/** True where what is locked was made more than {@link oldAfterDays} ago. */
export function isOld(lastModified: number | null, now: number): boolean {
  return lastModified !== null && daysSince(lastModified, now) > oldAfterDays;
}
