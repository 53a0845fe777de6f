const lf = 0x0a
const cr = 0x0d
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/** Enough of a line to tell `data: ` from any other field. */
const prefixLength = 6

/** Bytes in, whole SSE lines out; neither a frame's data nor a line passes its limit. */
export type LineLimit = {
  push(chunk: Buffer): void
  /**
   * Bytes of `data` the frame under way has carried so far, those that were held back included. Read it when a
   * frame is dispatched: lines are handed on one at a time.
   */
  dataBytes(): number
}

/**
 * Cuts lines, and the data of a frame, at a limit as their bytes stream past, so that an endless line or a frame of
 * many megabytes costs its limit in memory and no more. Line ends (LF, CR, CRLF, also split between chunks) come out
 * as LF. Text goes out as latin1, which keeps every byte; SSE's framing is ASCII.
 * @param options.maxDataBytes the largest data of a frame that passes whole; what a larger one has more is held back
 * @param options.maxOtherBytes the largest line of any other field that passes whole
 * @param options.onLine a line with its `\n`
 */
export function createLineLimit(options: {
  maxDataBytes: number
  maxOtherBytes: number
  onLine: (line: string) => void
}): LineLimit {
  let prefix = ''
  let kept: string[] = []
  let lineBytes = 0
  let allowance = prefixLength
  let dataLines = 0
  let dataBytes = 0
  let afterCr = false
  let opening: Buffer | undefined = Buffer.alloc(0)

  const isData = () => prefix.startsWith('data:') || prefix === 'data'
  /** Bytes before the value of a data line; one space after the colon is not part of the value. */
  const fieldBytes = () => (prefix.startsWith('data: ') ? 6 : 5)
  /** Data so far, with the newline that joins the next line to it. */
  const dataBefore = () => dataBytes + (dataLines > 0 ? 1 : 0)
  /** May a data line begin? Once a frame is full not even an empty one may: a million would add up in the parser. */
  const isOpen = () => !isData() || dataBefore() <= options.maxDataBytes

  const keep = (piece: Buffer, from: number) => {
    const end = Math.min(piece.length, from + allowance)
    if (end <= from) return from
    kept.push(piece.toString('latin1', from, end))
    allowance -= end - from
    return end
  }
  const addPiece = (piece: Buffer) => {
    let at = 0
    if (prefix.length < prefixLength) {
      at = keep(piece, 0)
      prefix = kept.join('')
      if (prefix.length === prefixLength) {
        const whole = isData() ? options.maxDataBytes - dataBefore() + fieldBytes() : options.maxOtherBytes
        allowance = isOpen() ? whole - prefixLength : 0
      }
    }
    keep(piece, at)
    lineBytes += piece.length
  }

  const endLine = () => {
    if (isOpen()) options.onLine(`${kept.join('')}\n`)
    if (lineBytes === 0) {
      dataLines = dataBytes = 0
    } else if (isData()) {
      dataBytes = dataBefore() + Math.max(0, lineBytes - fieldBytes())
      dataLines += 1
    }
    prefix = ''
    kept = []
    lineBytes = 0
    allowance = prefixLength
  }

  const push = (bytes: Buffer) => {
    let chunk = bytes
    if (opening) {
      chunk = Buffer.concat([opening, bytes])
      opening = chunk.length < byteOrderMark.length ? chunk : undefined
      if (opening) return
      if (chunk.subarray(0, 3).equals(byteOrderMark)) chunk = chunk.subarray(3)
    }
    let at = 0
    if (afterCr && chunk.length > 0) {
      if (chunk[0] === lf) at = 1
      afterCr = false
    }
    let nextLf = chunk.indexOf(lf, at)
    let nextCr = chunk.indexOf(cr, at)
    while (at < chunk.length) {
      const end = nextLf === -1 || (nextCr !== -1 && nextCr < nextLf) ? nextCr : nextLf
      if (end === -1) {
        addPiece(chunk.subarray(at))
        return
      }
      if (end > at) addPiece(chunk.subarray(at, end))
      endLine()
      at = end + 1
      if (end === nextCr) {
        if (at === chunk.length) afterCr = true
        else if (chunk[at] === lf) at += 1
        nextCr = chunk.indexOf(cr, at)
      }
      if (nextLf !== -1 && nextLf < at) nextLf = chunk.indexOf(lf, at)
    }
  }

  return { push, dataBytes: () => dataBytes }
}
