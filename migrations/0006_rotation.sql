-- Secrets that begin later, that end, and that have leaked. An older binary leaves `not_before` and `expires_at` out of
-- account: let every node run this version before either is used.

ALTER TABLE secrets ADD COLUMN not_before BIGINT;
ALTER TABLE secrets ADD COLUMN expires_at BIGINT;
-- The last reminder of the end: so many days before it. Whoever sets it sends it.
ALTER TABLE secrets ADD COLUMN reminded_days BIGINT;
-- When somebody reported it, and an HMAC of the secret alone under a key of its own, by which a report finds it.
ALTER TABLE secrets ADD COLUMN leaked_at BIGINT;
ALTER TABLE secrets ADD COLUMN lookup TEXT;

CREATE INDEX ending_secrets ON secrets (expires_at, client_id) WHERE expires_at IS NOT NULL;
CREATE UNIQUE INDEX secrets_by_lookup ON secrets (lookup) WHERE lookup IS NOT NULL;
CREATE INDEX secrets_without_lookup ON secrets (id) WHERE lookup IS NULL AND sealed IS NOT NULL;
