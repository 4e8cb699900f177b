import { z } from 'zod';
import { defaultSettings, settings, type Settings } from '../../../shared/contract/settings.ts';
import type { Database } from './database.ts';
import { jsonColumn } from './json-column.ts';

const settingsRow = z.object({ value_json: jsonColumn(z.record(z.string(), z.unknown())) });

/** From version N (the index) to N + 1. Version 1 is the first. */
const steps: readonly ((old: Record<string, unknown>) => Record<string, unknown>)[] = [
  (unversioned) => ({ ...unversioned, version: 1 }),
];

/** Settings of any version as today's; a field that cannot be read gets its default, the others stay. */
export function readSettings(stored: Readonly<Record<string, unknown>>): Settings {
  let current: Record<string, unknown> = { ...stored };
  const version = z.int().nonnegative().catch(0).parse(current['version']);
  for (const step of steps.slice(version)) current = step(current);
  const readable = Object.entries(settings.shape).flatMap(([name, schema]) => {
    const parsed = schema.safeParse(current[name]);
    return parsed.success ? [[name, parsed.data]] : [];
  });
  return settings.parse({ ...defaultSettings, ...Object.fromEntries(readable) });
}

/** What a person chose. */
export class SettingsTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(): Settings {
    const row = this.#database.get(settingsRow, 'SELECT value_json FROM settings WHERE id = 1');
    return row === null ? defaultSettings : readSettings(row.value_json);
  }

  /** Changes the given fields and returns all. */
  set(change: Partial<Omit<Settings, 'version'>>): Settings {
    return this.#database.transaction(() => {
      const changed = settings.parse({ ...this.get(), ...change });
      this.#database.run(
        'INSERT INTO settings (id, value_json) VALUES (1, @value) ON CONFLICT (id) DO UPDATE SET value_json = @value',
        { value: JSON.stringify(changed) },
      );
      return changed;
    });
  }
}
