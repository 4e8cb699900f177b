-- What a deploy was expected to take when it began, and what it took; for the median error of the estimates.
CREATE TABLE estimates (
  job_id TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
  ended_at INTEGER NOT NULL,
  estimated_ms INTEGER NOT NULL,
  took_ms INTEGER NOT NULL
) STRICT;
