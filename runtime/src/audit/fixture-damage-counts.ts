/** Something done to the database by hand, and what an audit must then say: no more, no less. */
export type Damage = {
  what: string
  sql: string
  /** The findings of a full audit, as `shortly` tells them. */
  full: readonly string[]
  /** Those of the books alone, which can't see all. */
  books: readonly string[]
}

const dead = 'partition = 0 AND "offset" = 10107'

/** Damage to stored offsets, ledger, dead letters and feed: a row removed, doubled, moved or changed in each. */
export const damageToCounts: readonly Damage[] = [
  {
    what: 'a stored offset set back',
    sql: 'UPDATE consumer_offset SET next_offset = next_offset - 7 WHERE partition = 0',
    full: ['offset_wrong consumer_offset p0 10133-10139'],
    books: ['offset_wrong consumer_offset p0 10133-10139'],
  },
  {
    what: 'a stored offset set forward',
    sql: 'UPDATE consumer_offset SET next_offset = next_offset + 7 WHERE partition = 2',
    full: ['offset_wrong consumer_offset p2 30-36'],
    books: ['offset_wrong consumer_offset p2 30-36'],
  },
  {
    what: 'the beginning of counting changed',
    sql: 'UPDATE consumer_offset SET first_offset = first_offset - 7 WHERE partition = 0',
    full: ['offset_wrong consumer_offset p0 9893-9899'],
    books: ['offset_wrong consumer_offset p0 9893-9899'],
  },
  {
    what: 'a stored offset removed',
    sql: 'DELETE FROM consumer_offset WHERE partition = 1',
    full: ['offset_wrong consumer_offset p1 0-99'],
    books: ['offset_wrong consumer_offset p1 0-99'],
  },
  {
    what: 'a stored offset under another partition',
    sql: 'UPDATE consumer_offset SET partition = 99 WHERE partition = 1',
    full: ['offset_wrong consumer_offset p1 0-99', 'offset_wrong consumer_offset p99 0-99'],
    books: ['offset_wrong consumer_offset p1 0-99', 'offset_wrong consumer_offset p99 0-99'],
  },
  {
    what: "a stored offset under another cluster's name",
    sql: "UPDATE consumer_offset SET cluster_id = 'another' WHERE partition = 1",
    full: ['other_cluster consumer_offset'],
    books: ['other_cluster consumer_offset'],
  },
  {
    what: 'a block of the ledger removed',
    sql: 'DELETE FROM count_ledger WHERE partition = 0 AND block = 0',
    full: ['ledger_wrong count_ledger p0 9900-9999 block 0'],
    books: ['ledger_wrong count_ledger p0 9900-9999 block 0'],
  },
  {
    what: 'an event counted twice in the ledger',
    sql: 'UPDATE count_ledger SET events = events + 1 WHERE partition = 0 AND block = 0',
    full: ['ledger_wrong count_ledger p0 9900-9999 block 0'],
    books: ['ledger_wrong count_ledger p0 9900-9999 block 0'],
  },
  {
    what: 'a dead letter counted as an event in the ledger',
    sql: 'UPDATE count_ledger SET events = events + 1, dead = dead - 1 WHERE partition = 0 AND block = 1',
    full: ['ledger_wrong count_ledger p0 10000-10139 block 1'],
    books: ['ledger_wrong count_ledger p0 10000-10139 block 1'],
  },
  {
    what: 'an event moved between blocks of the ledger',
    sql: 'UPDATE count_ledger SET events = events + 1 - 2 * block WHERE partition = 0',
    full: [
      'ledger_wrong count_ledger p0 10000-10139 block 1',
      'ledger_wrong count_ledger p0 9900-9999 block 0',
    ],
    books: [
      'ledger_wrong count_ledger p0 10000-10139 block 1',
      'ledger_wrong count_ledger p0 9900-9999 block 0',
    ],
  },
  {
    what: 'a block of the ledger under another partition',
    sql: 'UPDATE count_ledger SET partition = 5 WHERE partition = 1',
    full: ['ledger_wrong count_ledger p1 0-99 block 0', 'ledger_wrong count_ledger p5 block 0'],
    books: ['ledger_wrong count_ledger p1 0-99 block 0', 'ledger_wrong count_ledger p5 block 0'],
  },
  {
    what: 'a block of the ledger doubled',
    sql: 'INSERT INTO count_ledger SELECT partition, block + 1, events, dead FROM count_ledger WHERE partition = 1',
    full: ['ledger_wrong count_ledger p1 block 1'],
    books: ['ledger_wrong count_ledger p1 block 1'],
  },
  {
    what: 'a dead letter removed',
    sql: `DELETE FROM dead_letter WHERE ${dead}`,
    full: ['dead_letter_missing dead_letter p0 10107'],
    books: ['dead_letter_count dead_letter p0 10000-10139 block 1'],
  },
  {
    what: 'a dead letter moved to its neighbour',
    sql: `UPDATE dead_letter SET "offset" = 10108 WHERE ${dead}`,
    full: ['dead_letter_extra dead_letter p0 10108', 'dead_letter_missing dead_letter p0 10107'],
    books: [],
  },
  {
    what: 'a dead letter moved behind what is counted',
    sql: `UPDATE dead_letter SET "offset" = 999108 WHERE ${dead}`,
    full: ['dead_letter_extra dead_letter p0 999108', 'dead_letter_missing dead_letter p0 10107'],
    books: [
      'dead_letter_count dead_letter p0 10000-10139 block 1',
      'dead_letter_extra dead_letter p0 999108',
    ],
  },
  {
    what: 'a dead letter under a partition that there is not',
    sql: `UPDATE dead_letter SET partition = 77 WHERE ${dead}`,
    full: ['dead_letter_extra dead_letter p77 10107', 'dead_letter_missing dead_letter p0 10107'],
    books: [
      'dead_letter_count dead_letter p0 10000-10139 block 1',
      'dead_letter_extra dead_letter p77 10107',
    ],
  },
  {
    what: 'a dead letter doubled',
    sql: `INSERT INTO dead_letter SELECT partition, "offset" + 1, reason, detail, appended_at, value_bytes, value_head FROM dead_letter WHERE ${dead}`,
    full: ['dead_letter_extra dead_letter p0 10108'],
    books: ['dead_letter_count dead_letter p0 10000-10139 block 1'],
  },
  {
    what: 'a dead letter told otherwise',
    sql: `UPDATE dead_letter SET reason = 'empty', value_bytes = 1 WHERE ${dead}`,
    full: ['dead_letter_differs dead_letter p0 10107 reason, value_bytes'],
    books: [],
  },
  {
    what: "a dead letter's bytes changed",
    sql: `UPDATE dead_letter SET value_head = 'x' WHERE ${dead}`,
    full: ['dead_letter_differs dead_letter p0 10107 head'],
    books: [],
  },
  {
    what: 'a row of the feed removed',
    sql: 'DELETE FROM recent_change WHERE partition = 0 AND "offset" = 10106',
    full: ['feed_missing recent_change p0 10106 viwiki, Page 8 of 0, all well'],
    books: ['metric_wrong recent_change 16:10'],
  },
  {
    what: 'a row of the feed moved behind what is counted',
    sql: 'UPDATE recent_change SET "offset" = 999106 WHERE partition = 0 AND "offset" = 10106',
    full: [
      'feed_extra recent_change p0 999106',
      'feed_missing recent_change p0 10106 viwiki, Page 8 of 0, all well',
    ],
    books: ['feed_extra recent_change p0 999106'],
  },
  {
    what: "a row of the feed moved to a dead letter's offset",
    sql: 'UPDATE recent_change SET "offset" = 10107 WHERE partition = 0 AND "offset" = 10106',
    full: [
      'feed_extra recent_change p0 10107',
      'feed_missing recent_change p0 10106 viwiki, Page 8 of 0, all well',
    ],
    books: [],
  },
  {
    what: 'a row of the feed changed',
    sql: `UPDATE recent_change SET title = 'x', dt = dt + interval '1 ms' WHERE partition = 0 AND "offset" = 10106`,
    full: ['feed_differs recent_change p0 10106 dt, title'],
    books: [],
  },
  {
    what: 'a row of the feed doubled',
    sql: 'INSERT INTO recent_change SELECT partition, 10107, dt, wiki, type, namespace, title, user_name, editor, minor, revert, bytes, comment FROM recent_change WHERE partition = 0 AND "offset" = 10106',
    full: ['feed_extra recent_change p0 10107'],
    books: ['metric_wrong recent_change 16:10'],
  },
]
