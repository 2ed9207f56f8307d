-- From when until when that of which an end is told came up: it is not told once people have
-- deleted any of this. NULL where nothing ends, and of what was decided before.
ALTER TABLE alert_decisions ADD COLUMN rise_from_ms INTEGER;
ALTER TABLE alert_decisions ADD COLUMN rise_to_ms INTEGER;
