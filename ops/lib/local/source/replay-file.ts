import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'

/** A file that can't be replayed, or can't be replayed any further. */
export class SourceFileError extends Error {
  override name = 'SourceFileError'
}

/** A file that can be replayed. */
export type ReplayFile = {
  path: string
  format: 'ndjson' | 'sse'
  isGzip: boolean
  /** The topic in its cursors: the same file has the same one, whatever the folder it is named from. */
  topic: string
}

/** So many bytes are read at a time, and looked at to find out the format. */
const chunkBytes = 64 * 1024

/** How often a file that was read to its end is asked for more, in ms. */
const followMs = 200

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])
const gzipMagic = Buffer.from([0x1f, 0x8b])

/**
 * Looks at a file and finds out what it is, from its content.
 * Throws a SourceFileError for one that is missing, unreadable, empty, no regular file, or of another format.
 */
export async function inspectFile(name: string): Promise<ReplayFile> {
  const path = resolve(name)
  const { isGzip, head } = await readHead(path)
  const text = head.toString('utf8').trimStart()
  if (text === '') throw new SourceFileError(`${path} is empty: there is nothing to replay.`)
  const topic = `replay.${createHash('sha256').update(path).digest('hex').slice(0, 12)}`
  return { path, format: formatOf(path, text, head.length), isGzip, topic }
}

/**
 * The file's bytes from its start, without a byte order mark, unpacked. `end` comes whenever all there is has been
 * read; then it waits for what is appended, until `signal`. A gzipped file can't be followed: it has one end.
 * Throws a SourceFileError when the file can't be read any more.
 */
export async function* readBytes(file: ReplayFile, signal: AbortSignal): AsyncGenerator<Buffer | 'end'> {
  let isFirst = true
  for await (const chunk of file.isGzip ? unpack(file) : follow(file, signal)) {
    const bytes = isFirst && chunk !== 'end' ? withoutMark(chunk) : chunk
    isFirst = false
    yield bytes
  }
  while (!signal.aborted) await pause(60_000, signal)
}

async function* follow({ path }: ReplayFile, signal: AbortSignal): AsyncGenerator<Buffer | 'end'> {
  const handle = await openFile(path)
  try {
    for (let position = 0; !signal.aborted; ) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, position)
      position += bytesRead
      if (bytesRead > 0) {
        yield buffer.subarray(0, bytesRead)
        continue
      }
      const { size } = await handle.stat()
      if (size < position) throw new SourceFileError(`${path} became shorter while it was replayed.`)
      yield 'end'
      await pause(followMs, signal)
    }
  } finally {
    await handle.close()
  }
}

async function* unpack({ path }: ReplayFile): AsyncGenerator<Buffer | 'end'> {
  const source = createReadStream(path)
  const unpacked = createGunzip()
  source.on('error', error => unpacked.destroy(error))
  try {
    yield* source.pipe(unpacked) as AsyncIterable<Buffer>
  } catch (error) {
    throw new SourceFileError(`${path} can't be unpacked: ${(error as Error).message}.`)
  } finally {
    source.destroy()
  }
  yield 'end'
}

async function readHead(path: string): Promise<{ isGzip: boolean; head: Buffer }> {
  const handle = await openFile(path)
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(chunkBytes), 0, chunkBytes, 0)
    const head = buffer.subarray(0, bytesRead)
    if (!head.subarray(0, 2).equals(gzipMagic)) return { isGzip: false, head: withoutMark(head) }
  } finally {
    await handle.close()
  }
  const chunks: Buffer[] = []
  for await (const chunk of unpack({ path, format: 'ndjson', isGzip: true, topic: '' })) {
    if (chunk === 'end') break
    chunks.push(chunk)
    if (Buffer.concat(chunks).length >= chunkBytes) break
  }
  return { isGzip: true, head: withoutMark(Buffer.concat(chunks).subarray(0, chunkBytes)) }
}

async function openFile(path: string): Promise<FileHandle> {
  let handle: FileHandle
  try {
    handle = await open(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new SourceFileError(`There is no file ${path}.`)
    throw new SourceFileError(`${path} can't be read: ${message}.`)
  }
  if ((await handle.stat()).isFile()) return handle
  await handle.close()
  throw new SourceFileError(
    `${path} is not a file: name a file of events, one JSON a line or as an event stream.`,
  )
}

function formatOf(path: string, text: string, headBytes: number): ReplayFile['format'] {
  const end = text.search(/[\r\n]/)
  const line = end < 0 ? text : text.slice(0, end)
  if (/^(:|(event|id|data|retry)(:|$))/.test(line)) return 'sse'
  const isCutShort = end < 0 && headBytes === chunkBytes
  // One line that isn't whole yet is the start of a file that is still being written.
  if (line.startsWith('{') && (isCutShort || end < 0 || isJson(line))) return 'ndjson'
  const hint = line.startsWith('[') ? ` A JSON array becomes such lines by: jq -c '.[]' FILE.` : ''
  throw new SourceFileError(
    `${path} is neither newline-delimited JSON nor an event stream: its first line is ${JSON.stringify(line.slice(0, 60))}.${hint}`,
  )
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(byteOrderMark) ? bytes.subarray(3) : bytes
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal }).catch(() => {})
}
