import { frame } from './frame.ts'
import { type ReplayFile, readBytes, SourceFileError } from './replay-file.ts'

/** What is sent at once: the bytes of a frame, with what they mean. */
export type ReplayRecord = {
  bytes: Buffer
  /** Number of the line, or of the frame among those with data, from 0; undefined for a frame without data. */
  index: number | undefined
  id: string | undefined
  data: Buffer | undefined
}

/** Longest line or frame that is read, in bytes: a file that has none ends would fill the memory. */
const longestRecord = 64 * 1024 * 1024

const lf = 0x0a
const cr = 0x0d

/**
 * The records of a file, those that are appended later included, until `signal`.
 * Throws a SourceFileError when the file can't be read any further.
 */
export function replayRecords(file: ReplayFile, signal: AbortSignal): AsyncGenerator<ReplayRecord> {
  return recordsOf(readBytes(file, signal), file)
}

/**
 * The records in these bytes; `end` says that there are no more for now. A record that isn't whole is kept back.
 * Throws a SourceFileError for one of more than `longest` bytes.
 */
export function recordsOf(
  chunks: AsyncIterable<Buffer | 'end'>,
  file: ReplayFile,
  longest: number = longestRecord,
): AsyncGenerator<ReplayRecord> {
  return file.format === 'ndjson' ? lines(chunks, file, longest) : frames(chunks, file, longest)
}

async function* lines(
  chunks: AsyncIterable<Buffer | 'end'>,
  { path, topic }: ReplayFile,
  longest: number,
): AsyncGenerator<ReplayRecord> {
  let line = growing(path, 'line', longest)
  let index = 0
  /** Bytes of the last line that were looked at, and that were served, though it has no end yet. */
  let seenBytes = 0
  let servedBytes = 0
  const record = (data: Buffer): ReplayRecord => {
    const id = JSON.stringify([{ topic, partition: 0, offset: index }])
    return { bytes: frame(data, id), index, id, data }
  }
  for await (const chunk of chunks) {
    if (chunk === 'end') {
      const data = line.bytes()
      if (data.length === seenBytes) continue
      seenBytes = data.length
      if (!isWholeObject(data)) continue
      servedBytes = data.length
      yield record(data)
      continue
    }
    let begin = 0
    for (let end = chunk.indexOf(lf); end >= 0; end = chunk.indexOf(lf, begin)) {
      line.add(chunk.subarray(begin, end))
      begin = end + 1
      const data = withoutReturn(line.bytes())
      // A line that grew after it was served is served anew: it is another one.
      if (data.length !== servedBytes && !isBlank(data)) yield record(data)
      line = growing(path, 'line', longest)
      seenBytes = servedBytes = 0
      index++
    }
    line.add(chunk.subarray(begin))
  }
}

async function* frames(
  chunks: AsyncIterable<Buffer | 'end'>,
  { path }: ReplayFile,
  longest: number,
): AsyncGenerator<ReplayRecord> {
  let bytes = growing(path, 'frame', longest)
  let index = 0
  let lineBytes = 0
  let afterReturn = false
  /** The blank line has ended by a CR: an LF right behind is part of its end. */
  let isWhole = false

  const record = (): ReplayRecord => {
    const whole = bytes.bytes()
    bytes = growing(path, 'frame', longest)
    isWhole = false
    const { id, data } = fieldsOf(whole)
    return { bytes: whole, id, data, index: data === undefined ? undefined : index++ }
  }
  for await (const chunk of chunks) {
    if (chunk === 'end') {
      if (isWhole) yield record()
      continue
    }
    let begin = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]
      const isSecondHalf = byte === lf && afterReturn
      afterReturn = byte === cr
      if (isWhole) {
        const end = isSecondHalf ? at + 1 : at
        bytes.add(chunk.subarray(begin, end))
        begin = end
        yield record()
        if (isSecondHalf) continue
      } else if (isSecondHalf) continue
      if (byte !== lf && byte !== cr) {
        lineBytes++
        continue
      }
      const isBlankLine = lineBytes === 0
      lineBytes = 0
      if (!isBlankLine) continue
      if (byte === cr) isWhole = true
      else {
        bytes.add(chunk.subarray(begin, at + 1))
        begin = at + 1
        yield record()
      }
    }
    bytes.add(chunk.subarray(begin))
  }
}

/** Bytes that are gathered until they are whole. */
function growing(path: string, what: 'line' | 'frame', longest: number) {
  const parts: Buffer[] = []
  let size = 0
  return {
    add(part: Buffer) {
      size += part.length
      if (size > longest) {
        throw new SourceFileError(
          `${path} has a ${what} of more than ${longest} bytes: is it a file of events?`,
        )
      }
      if (part.length > 0) parts.push(part)
    },
    bytes: () => (parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)),
  }
}

/** The `id` and the joined `data` of a frame, read as the HTML standard says. */
function fieldsOf(bytes: Buffer): { id: string | undefined; data: Buffer | undefined } {
  let id: string | undefined
  const data: string[] = []
  for (const line of bytes.toString('latin1').split(/\r\n|\n|\r/)) {
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (name === 'id') id = Buffer.from(value, 'latin1').toString()
    if (name === 'data') data.push(value)
  }
  return { id, data: data.length > 0 ? Buffer.from(data.join('\n'), 'latin1') : undefined }
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === cr ? line.subarray(0, -1) : line
}

function isBlank(line: Buffer): boolean {
  return line.every(byte => byte === 0x20 || byte === 0x09)
}

function isWholeObject(line: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(line.toString())
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}
