import { hash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { UserError } from '../../script.ts'
import { type FaultChange, faultChange } from './faults.ts'
import { poisonNames } from './poison.ts'

/** What the source process was asked to do. */
export type SourceFlags =
  | { mode: 'help' }
  | {
      mode: 'simulate'
      host: string
      port: number
      seed: number
      rate: number
      total?: number
      cutAfterMs?: number
      stateFile?: string
      faults: FaultChange
      logLevel: string
    }
  | { mode: 'replay'; host: string; port: number; file: string; rate?: number; logLevel: string }

/** Mean rate of the live stream, events/s, measured over ten minutes in August 2026. */
const liveRate = 37.4

export const help = `Usage: node ops/lib/local/source/main.ts --mode simulate|replay [options]

A source that speaks as Wikimedia's EventStreams does, at /v2/stream/recentchange.
GET /tally says what was sent, GET and POST /faults read and set faults, GET /healthz answers when it is up.

  --mode simulate       invented events, of the mix measured on the live stream
  --mode replay         the events of a file
  --host ADDRESS        address to listen on (127.0.0.1)
  --port N              port; 0 takes a free one (0)
  --log-level LEVEL     trace, debug, info, warn, error, fatal or silent (info)

simulate
  --seed TEXT           the same seed makes the same events (1)
  --rate N              events a second on average (${liveRate}, as live)
  --total N             only so many events; connections then stay open
  --state FILE          lets a restarted process go on with the same stream
  --cut-after MS        age at which a connection is cut (900000, as Wikimedia)
  --fault NAME=VALUE    a fault to start with; may be given several times:
                          cutEvery=500                       cut after so many events
                          tooManyRequests.count=2            429 for the next requests
                          badGateway.rate=0.1                502 for some requests
                          errorEvent.count=1                 event: error after the 200
                          truncatedFrame.rate=0.001          half a frame, then a cut
                          duplicate.rate=0.01                the same event again
                          stall.count=1  stall.ms=60000      a silence on an open socket
                          trickle.bytesPerSecond=2000        one byte at a time
                          burst.factor=10  burst.seconds=30  more events for a while
                          canariesPerHour=60                 (4)
                          unknownFields.rate=0.1             fields that no schema knows
                          requireContact=true                403 for an agent without one
                          poison.KIND.rate=0.001             broken events, or .count=5; kinds:
${wrapped(poisonNames, 28)}

replay
  --file FILE           newline-delimited JSON, or a raw event stream; also gzipped
  --rate N              events a second (as fast as they are read)

Example: node ops/lib/local/source/main.ts --mode simulate --port 4000 --fault cutEvery=500
         curl -X POST -d '{"poison":{"broken_json":{"count":1}}}' http://127.0.0.1:4000/faults
`

const wholeNumber = z.string().regex(/^\d+$/).transform(Number)
const rateSchema = z.string().transform(Number).pipe(z.number().positive())

/** The flags as typed values. Throws a UserError that names the flag, its value and what is allowed. */
export function sourceFlags(args: readonly string[]): SourceFlags {
  const flags = readFlags(args)
  if (flags.help) return { mode: 'help' }
  const port = wholeNumber.pipe(z.number().max(65_535))
  const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
  const common = {
    host: flags.host,
    port: checked('--port', flags.port, port, 'a number from 0 to 65535'),
    logLevel: checked('--log-level', flags['log-level'], logLevel, logLevel.options.join(', ')),
  }
  const rate = optional('--rate', flags.rate, rateSchema, 'a number of events a second above 0')
  if (flags.mode === 'replay') {
    if (!flags.file) throw new UserError('--mode replay needs --file FILE, the file to replay.')
    return { mode: 'replay', ...common, file: flags.file, ...(rate && { rate }) }
  }
  if (flags.mode !== 'simulate') {
    throw new UserError(`--mode is ${flags.mode ?? 'missing'}: must be simulate or replay. See --help.`)
  }
  const total = optional('--total', flags.total, wholeNumber, 'a whole number of events')
  const cutAfter = wholeNumber.pipe(
    z
      .number()
      .min(1)
      .max(2 ** 31 - 1),
  )
  const cutAfterMs = optional('--cut-after', flags['cut-after'], cutAfter, 'milliseconds, at least 1')
  return {
    mode: 'simulate',
    ...common,
    seed: seedNumber(flags.seed),
    rate: rate ?? liveRate,
    ...(total !== undefined && { total }),
    ...(cutAfterMs && { cutAfterMs }),
    ...(flags.state && { stateFile: flags.state }),
    faults: faultFlags(flags.fault),
  }
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        mode: { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '0' },
        'log-level': { type: 'string', default: 'info' },
        seed: { type: 'string', default: '1' },
        rate: { type: 'string' },
        total: { type: 'string' },
        state: { type: 'string' },
        'cut-after': { type: 'string' },
        fault: { type: 'string', multiple: true, default: [] },
        file: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new UserError(`${(error as Error).message} See --help.`)
  }
}

function checked<T>(flag: string, value: string, schema: z.ZodType<T>, allowed: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new UserError(`${flag} is '${value}': must be ${allowed}.`)
}

function optional<T>(flag: string, value: string | undefined, schema: z.ZodType<T>, allowed: string) {
  return value === undefined ? undefined : checked(flag, value, schema, allowed)
}

/** A seed of digits is itself, any other text the first 48 bits of its SHA-256. */
function seedNumber(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number
  return hash('sha256', text, 'buffer').readUIntBE(0, 6)
}

/** `poison.broken_json.count=3` as `{ poison: { broken_json: { count: 3 } } }`, several merged. */
function faultFlags(flags: readonly string[]): FaultChange {
  // Without a prototype: a name may be `__proto__`.
  const change: Record<string, unknown> = Object.create(null)
  for (const flag of flags) {
    const [path = '', value = ''] = flag.split('=')
    const names = path.split('.')
    const last = names.pop() ?? ''
    let parent = change
    for (const name of names) {
      const child = isRecord(parent[name]) ? parent[name] : Object.create(null)
      parent[name] = child
      parent = child
    }
    parent[last] = value === 'true' || value === 'false' ? value === 'true' : Number(value || Number.NaN)
  }
  const parsed = faultChange.safeParse(change)
  if (parsed.success) return parsed.data
  throw new UserError(`--fault ${flags.join(' --fault ')}:\n${z.prettifyError(parsed.error)}\nSee --help.`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function wrapped(names: readonly string[], indent: number): string {
  const lines: string[] = ['']
  for (const name of names) {
    if ((lines.at(-1)?.length ?? 0) + name.length > 70) lines.push('')
    lines.push(`${lines.pop()}${name} `)
  }
  return lines.map(line => `${' '.repeat(indent)}${line.trimEnd()}`).join('\n')
}
