-- People and how they sign in. An account is one e-mail address; what it may see are its memberships.

CREATE TABLE people (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Without an entity: an operator of the platform.
CREATE TABLE memberships (
    person_id TEXT NOT NULL REFERENCES people (id),
    entity_id TEXT REFERENCES entities (id),
    role TEXT NOT NULL CHECK (role IN ('operator', 'owner', 'developer', 'viewer')),
    created_at BIGINT NOT NULL,
    seen_at BIGINT
);

CREATE UNIQUE INDEX one_membership ON memberships (person_id, (COALESCE(entity_id, '')));
CREATE INDEX memberships_by_entity ON memberships (entity_id, created_at);

CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    mac TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    entity_id TEXT REFERENCES entities (id),
    role TEXT NOT NULL CHECK (role IN ('operator', 'owner', 'developer', 'viewer')),
    sent_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX one_invitation ON invitations (email, (COALESCE(entity_id, '')));
CREATE INDEX invitations_by_entity ON invitations (entity_id, sent_at);

CREATE TABLE password_resets (
    mac TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    expires_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    mac TEXT NOT NULL UNIQUE,
    person_id TEXT NOT NULL REFERENCES people (id),
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    proven_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    viewed_entity_id TEXT
);

CREATE INDEX sessions_by_person ON sessions (person_id, created_at);

-- From where a change was made, and by whom a secret.
ALTER TABLE events ADD COLUMN address TEXT;
ALTER TABLE secrets ADD COLUMN made_by TEXT;
