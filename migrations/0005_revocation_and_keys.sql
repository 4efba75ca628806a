-- Up to which moment the tokens of a credential, of an entity, and of everybody are void.
ALTER TABLE credentials ADD COLUMN tokens_void_before BIGINT;
ALTER TABLE entities ADD COLUMN tokens_void_before BIGINT;

CREATE TABLE tokens_void (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    void_before BIGINT NOT NULL
);

-- The same root sealed under the master key that is to come: until the old one is retired, both open it.
ALTER TABLE vault ADD COLUMN next_sealed_root TEXT;
