-- Up Migration

-- The truth of what is counted: compared and set in the statement that adds the counts.
CREATE TABLE consumer_offset (
  cluster_id   text        NOT NULL,
  topic        text        NOT NULL,
  partition    integer     NOT NULL,
  first_offset bigint      NOT NULL, -- where counting began
  next_offset  bigint      NOT NULL, -- the first offset not yet counted
  updated_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (cluster_id, topic, partition),
  CHECK (first_offset <= next_offset)
) WITH (fillfactor = 50);

-- Counts by blocks of 10,000 offsets: where a sum is wrong, it says in which offsets.
CREATE TABLE count_ledger (
  partition integer NOT NULL,
  block     bigint  NOT NULL, -- offset / 10000
  events    bigint  NOT NULL,
  dead      bigint  NOT NULL,
  PRIMARY KEY (partition, block)
) WITH (fillfactor = 50);

CREATE TABLE dead_letter (
  partition   integer     NOT NULL,
  "offset"    bigint      NOT NULL,
  reason      text        NOT NULL, -- a fixed word, such as not_json
  detail      text        NOT NULL, -- a sentence for a person
  appended_at timestamptz NOT NULL,
  value_bytes bigint      NOT NULL, -- the event's whole size
  value_head  bytea,                -- its first 64 KiB; null once retention took it, the row stays
  PRIMARY KEY (partition, "offset")
);
CREATE INDEX dead_letter_appended_at ON dead_letter (appended_at);
-- So that a sweep doesn't look again at letters whose bytes are gone.
CREATE INDEX dead_letter_heads ON dead_letter (appended_at) WHERE value_head IS NOT NULL;

CREATE TABLE wiki (
  wiki        text PRIMARY KEY, -- database name, such as enwiki
  server_name text NOT NULL,
  project     text NOT NULL,    -- wikipedia, wiktionary, wikidata, commons …
  language    text              -- null where the wiki has none, such as www.wikidata.org
);

-- Minutes are those of the event's meta.dt, in UTC.
CREATE TABLE activity_minute (
  minute        timestamptz NOT NULL,
  wiki          text        NOT NULL,
  type          text        NOT NULL, -- edit, new, log, categorize, external
  editor        text        NOT NULL, -- bot, registered, ipv4, ipv6, temporary, hidden
  events        bigint      NOT NULL,
  bytes_added   bigint      NOT NULL, -- sum of the positive changes
  bytes_removed bigint      NOT NULL, -- sum of the negative changes, as a negative number
  minor         bigint      NOT NULL,
  major         bigint      NOT NULL,
  reverts       bigint      NOT NULL,
  size_0        bigint      NOT NULL, -- changes by their absolute size in bytes
  size_10       bigint      NOT NULL,
  size_100      bigint      NOT NULL,
  size_1000     bigint      NOT NULL,
  size_10000    bigint      NOT NULL,
  size_over     bigint      NOT NULL,
  PRIMARY KEY (minute, wiki, type, editor)
) WITH (fillfactor = 60);

CREATE TABLE namespace_minute (
  minute    timestamptz NOT NULL,
  wiki      text        NOT NULL,
  namespace integer     NOT NULL,
  events    bigint      NOT NULL,
  PRIMARY KEY (minute, wiki, namespace)
) WITH (fillfactor = 60);

CREATE TABLE log_minute (
  minute     timestamptz NOT NULL,
  wiki       text        NOT NULL,
  log_type   text        NOT NULL,
  log_action text        NOT NULL,
  events     bigint      NOT NULL,
  PRIMARY KEY (minute, wiki, log_type, log_action)
) WITH (fillfactor = 60);

-- Pages and users count edits and new pages alone.
CREATE TABLE page_hour (
  hour          timestamptz NOT NULL,
  wiki          text        NOT NULL,
  title         text        NOT NULL,
  edits         bigint      NOT NULL,
  bytes_added   bigint      NOT NULL,
  bytes_removed bigint      NOT NULL,
  reverts       bigint      NOT NULL,
  editors       bigint[]    NOT NULL, -- distinct hashes of the editors' names
  PRIMARY KEY (hour, wiki, title)
) WITH (fillfactor = 70);

CREATE TABLE user_hour (
  hour          timestamptz NOT NULL,
  user_name     text        NOT NULL,
  editor        text        NOT NULL,
  edits         bigint      NOT NULL,
  bytes_added   bigint      NOT NULL,
  bytes_removed bigint      NOT NULL,
  reverts       bigint      NOT NULL,
  PRIMARY KEY (hour, user_name, editor)
) WITH (fillfactor = 70);

-- The feed: every event counted in the last hours, as it came.
CREATE TABLE recent_change (
  partition  integer     NOT NULL,
  "offset"   bigint      NOT NULL,
  dt         timestamptz NOT NULL,
  wiki       text        NOT NULL,
  type       text        NOT NULL,
  namespace  integer     NOT NULL,
  title      text        NOT NULL,
  user_name  text,
  editor     text        NOT NULL,
  minor      boolean     NOT NULL,
  revert     boolean     NOT NULL,
  bytes      bigint,     -- signed change; null where the event has none
  comment    text        NOT NULL,
  PRIMARY KEY (partition, "offset")
);
CREATE INDEX recent_change_dt ON recent_change (dt DESC);

-- The pipeline's own flow. A dead letter has no event time: it is counted at its append minute.
CREATE TABLE flow_minute (
  minute     timestamptz NOT NULL,
  partition  integer     NOT NULL,
  processed  bigint      NOT NULL,
  dead       bigint      NOT NULL,
  late       bigint      NOT NULL, -- appended more than a minute after the event happened
  simulated  bigint      NOT NULL,
  replayed   bigint      NOT NULL,
  repaired   bigint      NOT NULL, -- events whose text held U+0000 or a lone surrogate, stored as U+FFFD
  delay_1s   bigint      NOT NULL, -- from the event's time to its count in this database
  delay_2s   bigint      NOT NULL,
  delay_5s   bigint      NOT NULL,
  delay_10s  bigint      NOT NULL,
  delay_30s  bigint      NOT NULL,
  delay_60s  bigint      NOT NULL,
  delay_300s bigint      NOT NULL,
  delay_over bigint      NOT NULL,
  PRIMARY KEY (minute, partition)
) WITH (fillfactor = 60);

-- What retention took from flow_minute, so that the sums still add up to the ledger.
CREATE TABLE flow_retired (
  partition integer PRIMARY KEY,
  processed bigint NOT NULL,
  dead      bigint NOT NULL
);

-- Rows older than this are gone, or about to go; the audit looks only at what is younger.
CREATE TABLE retention_horizon (
  table_name text PRIMARY KEY,
  horizon    timestamptz NOT NULL
);

-- The lake: a range is sealed here before its object is written.
CREATE TABLE lake_offset (
  cluster_id   text    NOT NULL,
  topic        text    NOT NULL,
  partition    integer NOT NULL,
  first_offset bigint  NOT NULL, -- where the lake began
  next_offset  bigint  NOT NULL, -- the first offset not yet sealed
  PRIMARY KEY (cluster_id, topic, partition)
) WITH (fillfactor = 50);

CREATE TABLE lake_range (
  partition    integer     NOT NULL,
  first_offset bigint      NOT NULL,
  last_offset  bigint      NOT NULL,
  rows         bigint      NOT NULL,
  object_key   text        NOT NULL UNIQUE,
  sealed_at    timestamptz NOT NULL DEFAULT now(),
  written_at   timestamptz, -- null until the object stands in the lake
  bytes        bigint,
  sha256       text,        -- of the object, in hex
  PRIMARY KEY (partition, first_offset),
  CHECK (first_offset <= last_offset)
);
CREATE INDEX lake_range_unwritten ON lake_range (partition) WHERE written_at IS NULL;

GRANT USAGE ON SCHEMA public TO wikiflow_writer, wikiflow_reader;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO wikiflow_writer;
GRANT DELETE ON activity_minute, namespace_minute, log_minute, page_hour, user_hour, recent_change, flow_minute
  TO wikiflow_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO wikiflow_reader;

-- Down Migration

-- There is none: releases are compatible with the schema of the one before, and a backup is the way back.
DO $$ BEGIN RAISE EXCEPTION 'this migration has no way down: restore a backup'; END $$;
