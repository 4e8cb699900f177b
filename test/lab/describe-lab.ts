import { describe } from 'vitest';
import { labAvailability } from './availability.ts';

const availability = await labAvailability();

/** `describe` for tests that need a lab: skipped, with the reason in the name, where there can be none. */
export function describeLab(name: string, body: () => void): void {
  if (availability.available) describe(name, body);
  else describe.skip(`${name}, skipped: ${availability.reason}`, body);
}
