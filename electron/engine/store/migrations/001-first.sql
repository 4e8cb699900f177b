-- What Nixstead remembers. The flake stays the truth: losing this file loses history and caches, never a machine.
-- Times are milliseconds since the epoch. Columns named *_json hold JSON that zod reads back.

-- Fleets that were opened. `view_json` is the last view, good as long as the flake's lock and tree hash to `view_key`.
CREATE TABLE fleets (
  path TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  host_count INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  view_key TEXT,
  view_json TEXT
) STRICT;

-- Every job ever queued. `ticket` is the order in which jobs get the hosts that they share.
CREATE TABLE jobs (
  ticket INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  fleet_id TEXT,
  spec_json TEXT NOT NULL,
  state TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  steps_done INTEGER NOT NULL DEFAULT 0,
  steps_total INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state);

-- The hosts of a job. One machine may be known under two names or in two fleets; then its address is the same.
CREATE TABLE job_hosts (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  fleet_id TEXT,
  host TEXT NOT NULL,
  address TEXT,
  outcome TEXT,
  PRIMARY KEY (job_id, position)
) STRICT;
CREATE INDEX job_hosts_by_host ON job_hosts (host, fleet_id);
CREATE INDEX job_hosts_by_address ON job_hosts (address);

-- How long things took here, for estimates. `name` is a derivation's name without its version.
CREATE TABLE build_times (
  name TEXT NOT NULL,
  ended_at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX build_times_by_name ON build_times (name, ended_at);

CREATE TABLE stage_times (
  fleet_id TEXT NOT NULL,
  host TEXT NOT NULL,
  stage TEXT NOT NULL,
  ended_at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX stage_times_by_host ON stage_times (fleet_id, host, stage, ended_at);

-- What each host last said about itself.
CREATE TABLE host_facts (
  fleet_id TEXT NOT NULL,
  host TEXT NOT NULL,
  status_json TEXT NOT NULL,
  PRIMARY KEY (fleet_id, host)
) STRICT;

CREATE TABLE settings (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  value_json TEXT NOT NULL
) STRICT;
