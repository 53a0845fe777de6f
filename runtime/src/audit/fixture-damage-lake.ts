import { type Damage } from './fixture-damage-counts.ts'

const range = 'partition = 0 AND first_offset = 9940'

/** Damage to what the database says of the lake. */
export const damageToLakeTables: readonly Damage[] = [
  {
    what: "the lake's offset set back",
    sql: 'UPDATE lake_offset SET next_offset = next_offset - 20 WHERE partition = 0',
    full: ['lake_offset_wrong lake_offset p0 10000-10019'],
    books: ['lake_offset_wrong lake_offset p0 10000-10019'],
  },
  {
    what: "the lake's offset set forward",
    sql: 'UPDATE lake_offset SET next_offset = next_offset + 3 WHERE partition = 0',
    full: ['lake_offset_wrong lake_offset p0 10020-10022'],
    books: ['lake_offset_wrong lake_offset p0 10020-10022'],
  },
  {
    what: "the lake's beginning changed",
    sql: 'UPDATE lake_offset SET first_offset = first_offset - 3 WHERE partition = 0',
    full: ['lake_offset_wrong lake_offset p0 9897-9899'],
    books: ['lake_offset_wrong lake_offset p0 9897-9899'],
  },
  {
    what: "the lake's offset removed",
    sql: 'DELETE FROM lake_offset WHERE partition = 0',
    full: ['lake_offset_wrong lake_offset p0 0-10019'],
    books: ['lake_offset_wrong lake_offset p0 0-10019'],
  },
  {
    what: 'a range removed',
    sql: `DELETE FROM lake_range WHERE ${range}`,
    full: [
      'range_missing lake_range p0 9940-9979 raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9940-9979.parquet',
    ],
    books: [
      'range_missing lake_range p0 9940-9979 raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9940-9979.parquet',
    ],
  },
  {
    what: 'the last range removed',
    sql: 'DELETE FROM lake_range WHERE partition = 0 AND last_offset = 10019',
    full: [
      'range_missing lake_range p0 10000-10019 raw/dt=2026-08-04/hour=16/wiki.recentchange-0-10000-10019.parquet',
    ],
    books: [
      'range_missing lake_range p0 10000-10019 raw/dt=2026-08-04/hour=16/wiki.recentchange-0-10000-10019.parquet',
    ],
  },
  {
    what: 'a range under another partition',
    sql: `UPDATE lake_range SET partition = 5 WHERE ${range}`,
    full: [
      'range_misnamed lake_range p5 9940-9979 raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9940-9979.parquet',
    ],
    books: [
      'range_misnamed lake_range p5 9940-9979 raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9940-9979.parquet',
    ],
  },
  {
    what: 'a range shortened',
    sql: `UPDATE lake_range SET first_offset = 9941 WHERE ${range}`,
    full: [
      'range_misnamed lake_range p0 9941-9979 raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9940-9979.parquet',
    ],
    books: [
      'range_misnamed lake_range p0 9941-9979 raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9940-9979.parquet',
    ],
  },
  {
    what: 'a range added over others',
    sql: `INSERT INTO lake_range (partition, first_offset, last_offset, rows, object_key, written_at) VALUES (0, 9950, 9989, 40, 'raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9950-9989.parquet', now())`,
    full: [
      'range_overlap lake_range p0 9950-9989 raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9950-9989.parquet',
    ],
    books: [
      'range_overlap lake_range p0 9950-9989 raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9950-9989.parquet',
    ],
  },
  {
    what: 'a range added over others, as if about to be written',
    sql: `INSERT INTO lake_range (partition, first_offset, last_offset, rows, object_key) VALUES (0, 9950, 9989, 40, 'raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9950-9989.parquet')`,
    full: [
      'range_overlap lake_range p0 9950-9989 raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9950-9989.parquet',
    ],
    books: [
      'range_overlap lake_range p0 9950-9989 raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9950-9989.parquet',
    ],
  },
  {
    what: "a range's rows changed",
    sql: `UPDATE lake_range SET rows = 41 WHERE ${range}`,
    full: ['object_differs raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9940-9979.parquet p0 9940-9979'],
    books: ['object_differs raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9940-9979.parquet p0 9940-9979'],
  },
  {
    what: "a range's checksum changed",
    sql: `UPDATE lake_range SET sha256 = repeat('0', 64) WHERE ${range}`,
    full: ['object_differs raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9940-9979.parquet p0 9940-9979'],
    books: ['object_differs raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9940-9979.parquet p0 9940-9979'],
  },
]
