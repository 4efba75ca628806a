-- The ledger: each token that was issued while `ledger` was 'durable', written before its answer. Only ever added to at its
-- end, so that the row costs little: a token is found by the millisecond in its id, and those of a client within a time.
CREATE TABLE issued_tokens (
    issued_at BIGINT NOT NULL,
    jti TEXT NOT NULL,
    client_id TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    scope TEXT NOT NULL,
    PRIMARY KEY (issued_at, jti)
);
