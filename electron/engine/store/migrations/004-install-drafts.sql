-- Installs that are being prepared. They hold no secret; a host key that was made for one lies in a private folder.
CREATE TABLE install_drafts (
  id TEXT PRIMARY KEY,
  fleet_id TEXT NOT NULL,
  draft_json TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX install_drafts_by_fleet ON install_drafts (fleet_id, updated_at);
