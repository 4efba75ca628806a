-- Which notices of a used quota have been given: once for each span, share and entity, whichever node saw it first.
CREATE TABLE quota_notices (
    entity_id TEXT NOT NULL,
    span TEXT NOT NULL,
    begins BIGINT NOT NULL,
    percent BIGINT NOT NULL,
    PRIMARY KEY (entity_id, span, begins, percent)
);
