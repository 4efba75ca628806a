-- One text for SQLite and PostgreSQL: TEXT and BIGINT columns only, times in milliseconds since the epoch,
-- bytes in base64, lists and settings in JSON.

CREATE TABLE vault (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    sealed_root TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE entities (
    id TEXT PRIMARY KEY,
    identifier TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
    settings TEXT NOT NULL,
    scopes TEXT NOT NULL,
    parameters TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE credentials (
    client_id TEXT PRIMARY KEY,
    entity_id TEXT REFERENCES entities (id),
    name TEXT NOT NULL,
    revoked_at BIGINT,
    expires_at BIGINT,
    failed_attempts BIGINT NOT NULL DEFAULT 0,
    locked_at BIGINT,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    token_count BIGINT NOT NULL DEFAULT 0,
    last_used_at BIGINT,
    last_used_address TEXT
);

CREATE INDEX credentials_by_entity ON credentials (entity_id, created_at, client_id);

CREATE TABLE secrets (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES credentials (client_id),
    mac TEXT NOT NULL,
    hint TEXT NOT NULL,
    sealed TEXT,
    created_at BIGINT NOT NULL,
    stops_at BIGINT,
    tokens_void_before BIGINT,
    last_used_at BIGINT,
    last_used_address TEXT
);

CREATE INDEX secrets_by_client ON secrets (client_id, created_at);

CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY,
    algorithm TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('next', 'signing', 'retiring', 'gone')),
    sealed_private TEXT,
    public_jwk TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    since BIGINT NOT NULL
);

CREATE UNIQUE INDEX one_signing_key ON signing_keys (state) WHERE state = 'signing';
CREATE UNIQUE INDEX one_next_key ON signing_keys (state) WHERE state = 'next';

CREATE TABLE operator_tokens (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    mac TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE setup_links (
    mac TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE revoked_tokens (
    jti TEXT PRIMARY KEY,
    revoked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX revoked_tokens_by_end ON revoked_tokens (expires_at);

-- Numbers the events. Every change takes this row's lock last and holds it until its commit, so events become visible
-- in the order of their numbers, without gaps.
CREATE TABLE event_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL
);

INSERT INTO event_head (id, seq) VALUES (1, 0);

CREATE TABLE events (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    entity_id TEXT,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
);

CREATE INDEX events_by_entity ON events (entity_id, seq);
