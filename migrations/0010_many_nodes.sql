-- Whose token was revoked, if its client did it: so many of one client are kept one by one, and no more.
ALTER TABLE revoked_tokens ADD COLUMN client_id TEXT;
CREATE INDEX revoked_tokens_by_client ON revoked_tokens (client_id, expires_at);

-- Which work has been taken by a node, and until when no other one takes it.
CREATE TABLE leases (
    work TEXT PRIMARY KEY,
    ends_at BIGINT NOT NULL
);
