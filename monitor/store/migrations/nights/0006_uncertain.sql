-- The minutes of a clock without time, and those that got their date later: few, and found by the
-- moment they tell of, which says under any stream that two records are one minute.
CREATE INDEX minutes_of_boots ON minutes (boot, boottime_s_e3) WHERE clock <> 0;
CREATE INDEX deleted_minutes_of_boots ON deleted_minutes (boot, boottime_s_e3) WHERE clock <> 0;
