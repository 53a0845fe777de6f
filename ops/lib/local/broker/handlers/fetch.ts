import { type Call, type Endpoint, endpoint } from '../endpoint.ts'
import { type RequestOf, type ResponseOf } from '../protocol/api.ts'
import { errors } from '../protocol/errors.ts'
import { fetch } from '../protocol/fetch.ts'
import { type Context, codeOf } from './context.ts'

type Request = RequestOf<typeof fetch>
type Response = ResponseOf<typeof fetch>
type Partition = Response['topics'][number]['partitions'][number]

/** A response holds at most so many bytes of records, whatever the client asks for (Kafka's `fetch.max.bytes`). */
const maxResponseBytes = 55 * 1024 * 1024
/** No fetch waits longer than this, in ms: the client may be gone. */
const maxWaitMs = 60_000

const refusal = (index: number, errorCode: number): Partition => ({
  index,
  errorCode,
  highWatermark: -1,
  lastStableOffset: -1,
  logStartOffset: -1,
  aborted: null,
  preferredReplica: -1,
  records: Buffer.alloc(0),
})

function refuse(request: Request, errorCode: number): Response {
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ index }) => refusal(index, errorCode)),
  }))
  return { throttleMs: 0, errorCode: errors.none, sessionId: 0, topics }
}

/** Reading records: answered when there is enough, when the time is up, or at once when a partition has an error. */
export function fetchEndpoint(context: Context): Endpoint {
  return endpoint(fetch, {
    refuse,
    handle: async (request, call) => {
      // A session of 0 is none: the client then names all partitions each time.
      if (request.sessionId !== 0)
        return { ...refuse(request, 0), topics: [], errorCode: errors.fetchSessionIdNotFound }
      const until = performance.now() + Math.min(Math.max(request.maxWaitMs, 0), maxWaitMs)
      for (;;) {
        const appended = watch(context, request)
        try {
          const { response, bytes, failed } = await readAll(context, request)
          const leftMs = until - performance.now()
          if (failed || bytes >= request.minBytes || leftMs <= 0 || call.signal.aborted) return response
          await appended.wait(leftMs, call)
        } finally {
          appended.end()
        }
      }
    },
  })
}

async function readAll(context: Context, request: Request) {
  let left = Math.min(request.maxBytes, maxResponseBytes)
  let bytes = 0
  let failed = false
  const topics: Response['topics'] = []
  for (const { name, partitions } of request.topics) {
    const answers: Partition[] = []
    for (const asked of partitions) {
      const answer = await readOne(context, name, asked, { left, first: bytes === 0 })
      const length = answer.records?.length ?? 0
      left -= length
      bytes += length
      failed ||= answer.errorCode !== errors.none
      answers.push(answer)
    }
    topics.push({ name, partitions: answers })
  }
  const response: Response = { throttleMs: 0, errorCode: errors.none, sessionId: 0, topics }
  return { response, bytes, failed }
}

/** The first batch of a response is whole even when it is over the limits; else a large one would stop the reader. */
async function readOne(
  context: Context,
  topic: string,
  asked: Request['topics'][number]['partitions'][number],
  room: { left: number; first: boolean },
): Promise<Partition> {
  try {
    const log = context.topics.partition(topic, asked.index)
    const most = Math.max(0, Math.min(asked.maxBytes, room.left))
    const answer = {
      index: asked.index,
      errorCode: errors.none,
      highWatermark: log.endOffset,
      lastStableOffset: log.endOffset,
      logStartOffset: log.startOffset,
      aborted: null,
      preferredReplica: -1,
    }
    if (most === 0 && !room.first) return { ...answer, records: Buffer.alloc(0) }
    const records = await log.read(asked.offset, most)
    return { ...answer, records: records.length > most && !room.first ? Buffer.alloc(0) : records }
  } catch (error) {
    return refusal(asked.index, codeOf(error, context.log))
  }
}

/** Watches the partitions of a request from before they are read, so that no append goes unseen. */
function watch(context: Context, request: Request) {
  let wake = () => {}
  const appended = new Promise<void>(resolve => {
    wake = resolve
  })
  const ends = request.topics.flatMap(({ name, partitions }) =>
    partitions.flatMap(({ index }) => context.topics.get(name)?.partitions[index]?.onAppend(wake) ?? []),
  )
  return {
    wait: async (ms: number, call: Call) => {
      const timer = setTimeout(wake, ms)
      call.signal.addEventListener('abort', wake, { once: true })
      await appended
      clearTimeout(timer)
      call.signal.removeEventListener('abort', wake)
    },
    end: () => {
      for (const end of ends) end()
    },
  }
}
