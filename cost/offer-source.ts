import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { type ReadableStream } from 'node:stream/web'
import { createLogUpdate } from 'log-update'
import { UserError } from '../ops/lib/script.ts'

/** Shows how much of a file has come. */
export type ByteProgress = { add(bytes: number): void; of(bytes: number): void; close(): void }

/** How often progress is drawn, in ms. */
const drawMs = 500
const megabyte = 1e6

/** A line that grows on a terminal; nothing elsewhere. */
export function shownProgress(
  name: string,
  out: NodeJS.WritableStream & { isTTY?: boolean },
  now = Date.now,
): ByteProgress {
  const log = out.isTTY ? createLogUpdate(out as NodeJS.WriteStream, { showCursor: true }) : undefined
  let came = 0
  let all = 0
  let drawn = 0
  const text = (bytes: number) => `${(bytes / megabyte).toFixed(bytes < 10 * megabyte ? 1 : 0)} MB`
  return {
    add(bytes) {
      came += bytes
      if (!log || now() - drawn < drawMs) return
      drawn = now()
      log(`${name}: ${text(came)}${all > 0 ? ` of ${text(all)}` : ''}`)
    },
    of(bytes) {
      all = bytes
    },
    close() {
      log?.clear()
    },
  }
}

/**
 * A file of the list as it comes over the network.
 * @throws UserError when it can't be reached, or isn't there.
 */
export async function openUrl(url: string, progress: ByteProgress): Promise<Readable> {
  let response: Response
  try {
    response = await fetch(url)
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(error)
    throw new UserError(
      `${url} can't be reached (${why}). With files that were fetched elsewhere: --from DIR`,
    )
  }
  if (!response.ok || !response.body) {
    await response.body?.cancel()
    throw new UserError(`${url} answers HTTP ${response.status}: is it a region of AWS's?`)
  }
  progress.of(Number(response.headers.get('content-length') ?? 0))
  return counted(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), progress)
}

/**
 * A file of the list that was fetched already.
 * @throws UserError when there is none.
 */
export async function openFile(path: string, progress: ByteProgress): Promise<Readable> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) throw new UserError(`${path} is not there: fetch it from AWS's price list`)
  progress.of(found.size)
  return counted(createReadStream(path, { highWaterMark: 2 ** 20 }), progress)
}

function counted(bytes: Readable, progress: ByteProgress): Readable {
  return bytes.on('data', (chunk: Uint8Array) => progress.add(chunk.byteLength)).pause()
}
