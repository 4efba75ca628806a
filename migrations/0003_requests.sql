-- The token requests of each business entity, as its people see them. A row is best effort: of a flood only the first few
-- in a second are kept. The id begins with the millisecond, so that it is the order and the age. Codes and reasons are
-- Passgate's own words; nothing that a caller sent as a value is here, and never a secret.
CREATE TABLE token_requests (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    entity_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    door TEXT NOT NULL,
    request_id TEXT NOT NULL,
    status BIGINT NOT NULL,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    secret_hint TEXT NOT NULL,
    address TEXT NOT NULL,
    micros BIGINT NOT NULL
);

CREATE INDEX token_requests_by_entity ON token_requests (entity_id, id);

-- How many there were, exactly: by the hour (UTC) that began at this millisecond, and by how they ended.
CREATE TABLE token_request_counts (
    entity_id TEXT NOT NULL,
    hour BIGINT NOT NULL,
    status BIGINT NOT NULL,
    code TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (entity_id, hour, status, code)
);

CREATE INDEX token_request_counts_by_hour ON token_request_counts (hour);
