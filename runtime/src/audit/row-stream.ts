/** A row that belongs to an offset. */
export type OffsetRow = { offset: bigint }

/** Rows of one partition in offset order, read a page at a time as the log goes by. */
export type RowStream<Row extends OffsetRow> = {
  /** The row of an offset, which must not be below an earlier one. Rows before it that nobody asked for are passed over. */
  at(offset: bigint): Promise<Row | undefined>
  /** Every row that is left, from `offset` on. */
  rest(offset: bigint): AsyncIterable<Row>
}

/**
 * Streams rows of a partition.
 * @param page gives at most `limit` rows from an offset on, in order; fewer means that there are no more
 */
export function streamRows<Row extends OffsetRow>(
  page: (from: bigint, limit: number) => Promise<Row[]>,
  limit = 1_000,
): RowStream<Row> {
  let rows: Row[] = []
  let index = 0
  let isLast = false
  const head = async (offset: bigint): Promise<Row | undefined> => {
    for (;;) {
      const row = rows[index]
      if (row) {
        if (row.offset >= offset) return row
        index++
      } else {
        if (isLast) return undefined
        rows = await page(offset, limit)
        index = 0
        isLast = rows.length < limit
      }
    }
  }
  return {
    async at(offset) {
      const row = await head(offset)
      return row?.offset === offset ? row : undefined
    },
    async *rest(offset) {
      for (let from = offset; ; ) {
        const row = await head(from)
        if (!row) return
        yield row
        from = row.offset + 1n
      }
    },
  }
}
