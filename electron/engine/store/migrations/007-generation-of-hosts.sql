-- The generation that a host was in after a job; NULL where that was not known, or not written down yet.
ALTER TABLE job_hosts ADD COLUMN generation INTEGER;
