/**
 * Why a record is a dead letter: the fixed words of `dead_letter.reason`, and what each means. A dead letter is
 * counted, kept with its bytes, and part of the sums; only its content could not be counted.
 */
export const deadLetterReasons = {
  empty: 'the record has no value',
  oversized: 'the event is larger than a record may be; only its head was stored',
  not_utf8: 'the bytes are not UTF-8 text',
  not_json: 'the text is not JSON, or is cut short',
  not_object: 'the JSON is not an object',
  canary: "a test event of the source's own (meta.domain is canary), not data",
  unknown_type: 'type is none of edit, new, log, categorize, external',
  bad_wiki: 'wiki is missing, or not a text of 1 to 64 characters',
  bad_server_name: 'server_name is not a text of at most 255 bytes',
  bad_title: 'title is missing, or not a text of at most 1024 bytes',
  bad_namespace: 'namespace is missing, or not a 32-bit integer',
  bad_dt: 'meta.dt is missing, or not a date and time in ISO 8601 from the year 1970 on',
  dt_in_future: 'meta.dt is more than 24 hours later than the record came into the log',
  bad_user: 'user is not a text of at most 255 bytes',
  bad_length: 'length.old or length.new of an edit is not an integer from 0 to 2147483648',
  bad_log: 'log_type or log_action is not a text of at most 255 bytes',
  rejected_by_database: 'the database refused the record, and this record alone',
} as const satisfies Record<string, string>

export type DeadLetterReason = keyof typeof deadLetterReasons

/** A record that could not be counted: the fixed reason, and a sentence for a person. */
export type DeadLetter = { reason: DeadLetterReason; detail: string }
