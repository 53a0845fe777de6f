import { lakeKey } from '../contract.ts'
import { type ColumnType, columns, schemaVersion } from '../lake/columns.ts'
import { fence, page, table } from './markdown.ts'

/** A type of a column as it is stored, and as readers call it. */
const types: Record<ColumnType, { parquet: string; duckdb: string; athena: string }> = {
  text: { parquet: 'BYTE_ARRAY, UTF8', duckdb: 'VARCHAR', athena: 'string' },
  json: { parquet: 'BYTE_ARRAY, UTF8', duckdb: 'VARCHAR', athena: 'string' },
  integer: { parquet: 'INT64', duckdb: 'BIGINT', athena: 'bigint' },
  time: {
    parquet: 'INT64, TIMESTAMP_MILLIS in UTC',
    duckdb: 'TIMESTAMP',
    athena: 'timestamp',
  },
  boolean: { parquet: 'BOOLEAN', duckdb: 'BOOLEAN', athena: 'boolean' },
  bytes: { parquet: 'BYTE_ARRAY', duckdb: 'BLOB', athena: 'binary' },
}

/** Queries of the page for DuckDB; `FILES` is the place of the lake. Each gives rows of any lake that holds events. */
export const duckdbQueries = [
  `-- Events by type, of one day and two hours: other folders aren't opened.
SELECT type, count(*) AS events
FROM read_parquet('FILES', hive_partitioning = true, hive_types = {'dt': DATE, 'hour': BIGINT})
WHERE dt = DATE '2026-11-20' AND hour BETWEEN 8 AND 9 AND error IS NULL
GROUP BY type ORDER BY events DESC;`,
  `-- The busiest pages of people, by the minute of the event's own time.
SELECT date_trunc('minute', event_time) AS minute, wiki, title, count(*) AS edits
FROM read_parquet('FILES')
WHERE type IN ('edit', 'new') AND NOT bot
GROUP BY ALL ORDER BY edits DESC LIMIT 10;`,
  `-- A field that has no column.
SELECT title, extra ->> '$.tags' AS tags FROM read_parquet('FILES') WHERE extra IS NOT NULL;`,
  `-- Are all offsets there, each once? No row means yes.
SELECT kafka_partition, count(*) AS rows, count(DISTINCT kafka_offset) AS offsets,
  max(kafka_offset) - min(kafka_offset) + 1 AS expected
FROM read_parquet('FILES') GROUP BY 1
HAVING count(*) <> max(kafka_offset) - min(kafka_offset) + 1 OR count(*) <> count(DISTINCT kafka_offset);`,
] as const

const localFiles = '.wikiflow/live/lake/raw/dt=*/hour=*/*.parquet'

/** The page on the lake: its files, its columns, and how they are read. */
export function lakePage(): string {
  const example = lakeKey({
    partition: 3,
    first: 0n,
    last: 118n,
    appendedAtMs: Date.parse('2026-11-20T15:02:00Z'),
  })
  return page('The lake', [
    ...guarantees(example),
    '## Columns',
    '',
    `Version ${schemaVersion} of the columns, which the footer of each file names. A column is only ever added, at the end;`,
    'none is renamed or retyped. What has no column is in `extra`, so that nothing of an event is lost when the source',
    'adds a field.',
    '',
    ...table(
      ['column', 'type', 'null?', 'what it holds'],
      columns.map(({ name, type, required, about }) => [
        `\`${name}\``,
        type,
        required ? 'never' : 'may be',
        about,
      ]),
    ),
    '',
    ...table(
      ['type', 'in the file', 'DuckDB', 'Athena'],
      Object.entries(types).map(([type, { parquet, duckdb, athena }]) => [type, parquet, duckdb, athena]),
    ),
    '',
    '## DuckDB',
    '',
    'On a laptop; in S3 the place is `s3://BUCKET/raw/dt=*/hour=*/*.parquet`, after `INSTALL httpfs; LOAD httpfs;',
    "CREATE SECRET (TYPE s3, PROVIDER credential_chain, REGION 'us-east-1');`.",
    '',
    ...fence('sql', duckdbQueries.map(query => query.replaceAll('FILES', localFiles)).join('\n\n')),
    '',
    '## Athena',
    '',
    'Partitions are projected: no crawler runs, and a new hour is there without being told. Put your bucket in the place',
    'of `BUCKET`; a later `pipeline.generation` has its lake in `BUCKET/raw/generation-N`.',
    '',
    ...fence('sql', athenaTable()),
    '',
    ...fence('sql', athenaQuery),
    '',
    'Athena bills what it reads: name the columns, and always a `dt`.',
    '',
    '## pandas',
    '',
    ...fence('python', pandasExample),
    '',
    `pyarrow reads the folder as well as \`s3://BUCKET/raw\`; with polars it is \`polars.scan_parquet('${localFiles}')\`.`,
    '',
  ])
}

function guarantees(example: string): string[] {
  return [
    'Every record of the log, as rows of Parquet: in a folder on a laptop, in S3 on AWS, with the same names and rules.',
    '',
    ...fence('text', example),
    '',
    '- **Names say what is inside**: the partition of the log, the first and the last offset, both included. `dt` and',
    '  `hour` are UTC, of the first record when it came **into the log**; `event_time` is when it happened. A late event',
    '  stands in a later hour than its own: to have all of an hour of event time, read the hours after it as well.',
    '- **Each record once**: the files of a partition follow each other without a gap or an overlap. A range is sealed in',
    '  the database before it is written, and a file is only ever created: none is overwritten or appended to. A file',
    '  that is there is whole.',
    '- **Nothing left out**: what the workers can’t count is there too, as bytes in `raw`, with their reason in `error`.',
    '  Simulated and replayed events are told by `source`.',
    '- **Not deduplicated by content**: ingest drops what the source sends twice; what came into the log twice all the',
    '  same, has two offsets and two rows. `meta_id` is the event’s own id.',
    '- **New files** come every `LAKE_ROTATE_S` seconds for each partition, and when one is full; see',
    '  [configuration](configuration.md). They are compressed with GZIP, in one row group each.',
    '- **Proof**: `npx zx ops/audit.ts` compares every file with the log, row for row.',
    '',
  ]
}

function athenaTable(): string {
  const width = Math.max(...columns.map(({ name }) => name.length)) + 2
  const lines = columns.map(({ name, type }) => `  ${`\`${name}\``.padEnd(width)} ${types[type].athena}`)
  return `CREATE EXTERNAL TABLE wikiflow_raw (
${lines.join(',\n')}
)
PARTITIONED BY (\`dt\` string, \`hour\` string)
STORED AS PARQUET
LOCATION 's3://BUCKET/raw/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2026-01-01,NOW',
  'projection.hour.type' = 'integer',
  'projection.hour.range' = '0,23',
  'projection.hour.digits' = '2',
  'storage.location.template' = 's3://BUCKET/raw/dt=\${dt}/hour=\${hour}/'
);`
}

const athenaQuery = `SELECT wiki, count(*) AS edits
FROM wikiflow_raw
WHERE dt = '2026-11-20' AND hour BETWEEN '08' AND '09' AND type = 'edit' AND error IS NULL
GROUP BY wiki ORDER BY edits DESC LIMIT 20;`

/** The example in Python, as it ran with pandas 3 and pyarrow. */
const pandasExample = `import pandas

edits = pandas.read_parquet(
    ".wikiflow/live/lake/raw",
    columns=["event_time", "wiki", "title", "bot", "length_old", "length_new"],
    filters=[("dt", "=", "2026-11-20"), ("type", "==", "edit")],
)
edits["bytes"] = edits["length_new"] - edits["length_old"]
print(edits.groupby([edits["event_time"].dt.floor("min"), "wiki"])["bytes"].agg(["count", "sum"]))`
