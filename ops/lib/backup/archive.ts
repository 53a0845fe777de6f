import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Host } from '../host/host.ts'
import { UserError } from '../script.ts'
import { endLeftovers, inVolume, type LogVolume, presentLogVolume } from './log-volume.ts'
import { type Manifest } from './manifest.ts'

/** An archive as a manifest knows it. */
export type Archive = Manifest['archive']

/** Told how many bytes have gone over. */
type OnBytes = (bytes: number) => void

/** How long a log may take to go over, in ms: 100 GB at 5 MB/s. */
const mostMs = 6 * 3_600_000

/**
 * Where a restore has the new content: while it arrives; once it is whole, and the old one goes; and while it moves to
 * where that was. So each name says what is still to be done.
 */
const incoming = '.incoming'
const arrived = '.arrived'
const movingIn = '.moving-in'

const notOfTheLog = [incoming, arrived, movingIn].map(name => `--exclude=./${name}`).join(' ')

/** gzip's quickest: the pipeline waits meanwhile. */
const pack = `exec tar --create --sparse --numeric-owner ${notOfTheLog} --use-compress-program='gzip -1' --file=- .`

/** One at a time, for whoever lost the connection may have begun it; and to the end, whoever goes away meanwhile. */
const alone = `trap '' HUP INT TERM
exec 9< .
flock 9`

/** Ends what `swap` has begun, from wherever it was cut off. */
const finish = `if [ -d ${arrived} ]; then
  find . -mindepth 1 -maxdepth 1 ! -name ${arrived} -exec rm -rf {} +
  mv ${arrived} ${movingIn}
fi
if [ -d ${movingIn} ]; then
  find ${movingIn} -mindepth 1 -maxdepth 1 -exec mv -t . {} +
  chown --reference=${movingIn} .
  chmod --reference=${movingIn} .
  rmdir ${movingIn}
fi`

/** Unpacks standard input beside the content that is there. */
export const unpack = `(
${alone}
${finish}
)
rm -rf ${incoming}
mkdir ${incoming}
exec tar --extract --gzip --numeric-owner --same-owner --same-permissions --directory=${incoming} --file=-`

/**
 * Puts what is unpacked in the place of what is there. A connection that breaks has it run again: that goes on from
 * where the first run is, or does nothing.
 */
export const swap = `${alone}
[ ! -d ${incoming} ] || mv ${incoming} ${arrived}
${finish}`

/**
 * Ends what a restore that was cut off has begun, if it had begun to replace the log; nobody may use the volume.
 * @returns whether there was anything to end.
 */
export async function finishSwap(volume: LogVolume): Promise<boolean> {
  const script = `${alone}\n[ ! -d ${arrived} ] && [ ! -d ${movingIn} ] || echo begun\n${finish}`
  const said = await inVolume(volume, 'ending what a restore has begun', script, { timeoutMs: mostMs })
  return said.includes('begun')
}

/** The same for a host's log, whether it has one or not; it must stand still. */
export async function endRestore(host: Host, stack: string): Promise<boolean> {
  const volume = await presentLogVolume(host, stack)
  if (!volume) return false
  await endLeftovers(volume)
  return finishSwap(volume)
}

/** Removes what a restore that was interrupted has brought into the volume. */
export async function removeIncoming(volume: LogVolume): Promise<void> {
  await inVolume(volume, 'removing what has come', `rm -rf ${incoming}`, { timeoutMs: mostMs })
}

/**
 * Brings a volume's content to a file of this machine: whole, or not at all.
 * @throws UserError when it can't be read, or this machine's disk is full; the signal's reason.
 */
export async function download(
  volume: LogVolume,
  file: string,
  { signal, onBytes }: { signal: AbortSignal; onBytes: OnBytes },
): Promise<Archive> {
  const part = `${file}.part`
  const meter = metered(onBytes)
  const written = pipeline(meter.stream, createWriteStream(part, { mode: 0o600 }))
  written.catch(() => {})
  try {
    await inVolume(volume, 'reading the log', pack, { stdout: meter.stream, timeoutMs: mostMs, signal })
    meter.stream.end()
    await written
    await settle(part, file)
    return meter.archive()
  } catch (error) {
    meter.stream.destroy()
    await written.catch(() => {})
    await rm(part, { force: true })
    throw fullDisk(error, file)
  }
}

/** Brings an archive's content into a volume, beside what it holds. @throws as `download`. */
export async function upload(
  volume: LogVolume,
  file: string,
  { signal, onBytes }: { signal: AbortSignal; onBytes: OnBytes },
): Promise<void> {
  const { stream } = metered(onBytes)
  const read = pipeline(createReadStream(file), stream)
  read.catch(() => {})
  await inVolume(volume, 'writing the log', unpack, { stdin: stream, timeoutMs: mostMs, signal })
  await read
  signal.throwIfAborted()
}

/** Puts what `upload` has brought in the place of a volume's content, which nobody may use meanwhile: to the end. */
export async function putInPlace(volume: LogVolume): Promise<void> {
  await inVolume(volume, "putting the new log in the old one's place", swap, { timeoutMs: mostMs })
}

/** @throws UserError when a file isn't the archive that its manifest knows. */
export async function verify(file: string, archive: Archive, onBytes: OnBytes): Promise<void> {
  const meter = metered(onBytes)
  meter.stream.resume()
  try {
    await pipeline(createReadStream(file), meter.stream)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new UserError(`${file} can't be read (${code})`)
  }
  const found = meter.archive()
  if (found.bytes === archive.bytes && found.sha256 === archive.sha256) return
  const how =
    found.bytes === archive.bytes
      ? 'its content is another'
      : `it has ${found.bytes} bytes, and had ${archive.bytes}`
  throw new UserError(`${file} isn't what was backed up: ${how}. Nothing was changed`)
}

function metered(onBytes: OnBytes): { stream: Transform; archive(): Archive } {
  const hash = createHash('sha256')
  let bytes = 0
  const stream = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk)
      bytes += chunk.length
      onBytes(bytes)
      done(null, chunk)
    },
  })
  return { stream, archive: () => ({ bytes, sha256: hash.digest('hex') }) }
}

/** Gives a file its name once it is on the disk. */
async function settle(part: string, file: string): Promise<void> {
  await sync(part)
  await rename(part, file)
  await sync(dirname(file))
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function fullDisk(error: unknown, file: string): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) return error
  return new UserError(`no room is left in ${dirname(file)} for the backup`)
}
