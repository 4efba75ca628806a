-- How a credential proves itself; NULL is by its secret. What the binary before does not read, it does not need.
ALTER TABLE credentials ADD COLUMN authentication TEXT;

-- Assertions that have been used (RFC 7523 §3): a digest of client and jti, until the assertion would have ended anyway.
CREATE TABLE used_assertions (
    digest TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

CREATE INDEX used_assertions_by_end ON used_assertions (expires_at);
