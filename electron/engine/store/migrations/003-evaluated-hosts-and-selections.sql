-- What evaluation told of a host, good as long as the fleet's files give the same fingerprint.
CREATE TABLE host_traits (
  fleet_id TEXT NOT NULL,
  host TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  traits_json TEXT NOT NULL,
  PRIMARY KEY (fleet_id, host)
) STRICT;

-- The system that a host would run, as a store path, for the same state of the files.
CREATE TABLE wanted_systems (
  fleet_id TEXT NOT NULL,
  host TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  system TEXT NOT NULL,
  PRIMARY KEY (fleet_id, host)
) STRICT;

-- Selections of hosts that a person gave a name.
CREATE TABLE selections (
  fleet_id TEXT NOT NULL,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (fleet_id, name)
) STRICT;
