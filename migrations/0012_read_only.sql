-- Whether this database may be written. 'moving': it is being copied to another one; 'moved': it has been, and whoever still
-- looks here is to look there. Every change looks here first. It is about this database, and never copied with the rest.
CREATE TABLE read_only (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    state TEXT NOT NULL CHECK (state IN ('moving', 'moved')),
    since BIGINT NOT NULL
);
