-- What a deploy needs in place of an evaluation, by the declaration (source) that was evaluated; NULL where evaluating the
-- same files again could give something else.
ALTER TABLE wanted_systems ADD COLUMN derivation_json TEXT;
