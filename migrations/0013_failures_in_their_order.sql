-- When the last failed token request came. Successes are written a moment after they happened, and must not take back
-- failures that came after them.
ALTER TABLE credentials ADD COLUMN last_failed_at BIGINT;
