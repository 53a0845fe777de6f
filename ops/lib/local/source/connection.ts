import { type Faults, strikes } from './faults.ts'
import { cursorAfter, frame } from './frame.ts'
import { type FrameWriter } from './frame-writer.ts'
import { between, type Random } from './random.ts'
import { type StartPosition } from './start-position.ts'
import { type Entry, type SimulatedStream } from './stream.ts'
import { type TallyKeeper } from './tally.ts'

/** How long a connection sleeps at most while nothing happens, in ms: a burst must wake it. */
const longestNapMs = 50

/** A duplicate comes after at most so many other events. */
const duplicateWithin = 200

export type ConnectionOptions = {
  stream: SimulatedStream
  faults: () => Faults
  tally: TallyKeeper
  writer: FrameWriter
  start: StartPosition
  /** `lines` is what `Accept: application/json` gets: a line of JSON an event, without ids. */
  format: 'sse' | 'lines'
  random: Random
  now: () => number
}

/** Sends the stream's events as they happen, with whatever faults are set, until the connection ends. */
export async function sendEvents(options: ConnectionOptions): Promise<void> {
  const { stream, tally, writer, start, random, now } = options
  const duplicates: { entry: Entry; after: number }[] = []
  let sentHere = 0
  let cursorMs = 0

  const encode = (data: Buffer) =>
    options.format === 'sse'
      ? frame(data, cursorAfter(cursorMs, start.resumed))
      : Buffer.concat([data, Buffer.from('\n')])

  /** Sends one frame; what it was is counted as soon as the socket has it, however slow the reader is. */
  const send = async (data: Buffer, count: (frameBytes: number) => void) => {
    const bytes = encode(data)
    const { bytesPerSecond } = options.faults().trickle
    const isSent = bytesPerSecond > 0 ? await writer.trickle(bytes, bytesPerSecond) : writer.put(bytes)
    if (isSent) count(bytes.length)
    await writer.ready()
  }

  const sendEvent = async (entry: Entry) => {
    const { stall, truncatedFrame, duplicate } = options.faults()
    cursorMs = entry.dtMs
    if (strikes(stall, random)) await writer.pause(stall.ms)
    if (strikes(truncatedFrame, random)) {
      const bytes = encode(entry.data)
      writer.put(bytes.subarray(0, bytes.length / 2))
      return writer.cut()
    }
    await send(entry.data, frameBytes => tally.event(entry, frameBytes))
    sentHere++
    // Broken events are not sent twice: what has no id can be told apart from its repetition only by chance.
    if (entry.poison === undefined && strikes(duplicate, random)) {
      duplicates.push({ entry, after: sentHere + between(random, 1, duplicateWithin) })
    }
  }

  const sendCanary = async (n: number) => {
    const canary = stream.canaryBehind(n)
    if (!canary) return
    cursorMs = canary.dtMs
    await send(canary.data, frameBytes => tally.canary(n, frameBytes))
  }

  const sendDuplicates = async () => {
    for (const due of duplicates.filter(({ after }) => after <= sentHere)) {
      duplicates.splice(duplicates.indexOf(due), 1)
      await send(due.entry.data, tally.duplicate)
    }
  }

  for (let n = start.n; !writer.signal.aborted; ) {
    if (n >= stream.happened()) {
      const untilNextMs = stream.timeline().happensAt(n) - now()
      await writer.pause(Math.max(1, Math.min(untilNextMs, longestNapMs)))
      continue
    }
    if (n > start.n || !start.skipEvent) await sendEvent(stream.entry(n))
    await sendCanary(n)
    await sendDuplicates()
    n++
    const { cutEvery } = options.faults()
    if (cutEvery > 0 && sentHere >= cutEvery) writer.cut()
  }
}
