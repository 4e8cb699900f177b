import { z } from 'zod';
import type { FleetId } from '../../../shared/contract/ids.ts';
import { installDraft, type DraftId, type InstallDraft } from '../../../shared/contract/install.ts';
import type { Database } from './database.ts';
import { jsonColumn } from './json-column.ts';

const draftRow = z.object({ draft_json: jsonColumn(installDraft) });

/** Installs that are being prepared. */
export class InstallDrafts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Those of a fleet, the one that was worked on last first. */
  of(fleetId: FleetId): InstallDraft[] {
    const sql = 'SELECT draft_json FROM install_drafts WHERE fleet_id = @fleetId ORDER BY updated_at DESC, id';
    return this.#database.all(draftRow, sql, { fleetId }).map((row) => row.draft_json);
  }

  get(id: DraftId): InstallDraft | null {
    const sql = 'SELECT draft_json FROM install_drafts WHERE id = @id';
    return this.#database.get(draftRow, sql, { id })?.draft_json ?? null;
  }

  save(draft: InstallDraft): void {
    this.#database.run(
      `INSERT INTO install_drafts (id, fleet_id, draft_json, updated_at) VALUES (@id, @fleetId, @draft, @updatedAt)
       ON CONFLICT (id) DO UPDATE SET draft_json = @draft, updated_at = @updatedAt`,
      { id: draft.id, fleetId: draft.fleetId, draft: JSON.stringify(draft), updatedAt: draft.updatedAt },
    );
  }

  remove(id: DraftId): void {
    this.#database.run('DELETE FROM install_drafts WHERE id = @id', { id });
  }
}
