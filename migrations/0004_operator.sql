-- The operator's pages: entities by name, a page at a time, and by what happens to their credentials; the log by action.

CREATE INDEX entities_by_name ON entities ((lower(name)), id, (lower(identifier)));
CREATE INDEX entities_by_status ON entities (status, (lower(name)), id, (lower(identifier)));
CREATE INDEX locked_credentials ON credentials (entity_id) WHERE locked_at IS NOT NULL;
CREATE INDEX stopping_secrets ON secrets (stops_at, client_id) WHERE stops_at IS NOT NULL;
CREATE INDEX events_by_action ON events (action, seq);
