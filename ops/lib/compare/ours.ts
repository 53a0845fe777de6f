import { createInterface } from 'node:readline'
import { z } from 'zod'
import { visible } from '../cloud/fact-text.ts'
import { UserError } from '../script.ts'
import { type Span } from './model.ts'
import { type Cell, minuteMs, type OurMinutes } from './our-minutes.ts'
import { clock } from './words.ts'

/** Prints our counts; its path is the same in the project and in the image. */
export const countsProgram = 'runtime/src/counts/main.ts'

/** Runs the program that prints our counts, and tells each line of its output. @throws UserError with what it said. */
type RunCounts = (args: readonly string[], onLine: (line: string) => void) => Promise<void>

/** Our counts of a stack. */
export type Ours = {
  /** Where from, in words. */
  source: string
  isDeployed: boolean
  /** Flags that mean this stack, for the next command. */
  flags: readonly string[]
  /** Minutes that are whole, in ms. @throws UserError when there is none. */
  extent(): Promise<Span>
  /** @param wikis names of wikis or servers to tell apart from the others, beside the busiest. */
  minutes(span: Span, wikis: readonly string[]): Promise<OurMinutes>
}

const lineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('extent'),
    extent: z.object({ fromMs: z.number(), toMs: z.number() }).nullable(),
  }),
  z.object({ kind: z.literal('wiki'), wiki: z.string(), server: z.string() }),
  z.object({
    kind: z.literal('minute'),
    minute: z.iso.datetime(),
    processed: z.number(),
    late: z.number(),
    cells: z.array(z.tuple([z.string(), z.string(), z.boolean(), z.number()])),
  }),
])
type Line = z.infer<typeof lineSchema>

/** Our counts as a program prints them that takes the arguments of `runtime/src/counts/main.ts`. */
export function oursOf(about: Pick<Ours, 'source' | 'isDeployed' | 'flags'>, run: RunCounts): Ours {
  const { source } = about
  const read = async (args: readonly string[]) => {
    const lines: Line[] = []
    await run(args, line => lines.push(readLine(line)))
    return lines
  }
  return {
    ...about,
    extent: async () => {
      for (const line of await read([])) if (line.kind === 'extent' && line.extent) return line.extent
      throw new UserError(
        `${source} has no whole minute of counts yet: a minute is compared once five more have passed. Does it stay so, its dashboard shows whether events come`,
      )
    },
    minutes: async (span, wikis) =>
      gather(
        span,
        await read([
          ...['--from', clock(span.fromMs), '--to', clock(span.toMs)],
          ...wikis.flatMap(wiki => [`--wiki=${wiki}`]),
        ]),
      ),
  }
}

function gather({ fromMs, toMs }: Span, lines: readonly Line[]): OurMinutes {
  const minutes = Math.round((toMs - fromMs) / minuteMs)
  const cells = new Map<string, Cell>()
  const processed = new Float64Array(minutes)
  const late = new Float64Array(minutes)
  const servers = new Map<string, string>()
  for (const line of lines) {
    if (line.kind === 'wiki') servers.set(line.wiki, line.server)
    if (line.kind !== 'minute') continue
    const index = (Date.parse(line.minute) - fromMs) / minuteMs
    processed[index] = line.processed
    late[index] = line.late
    for (const [wiki, type, isBot, events] of line.cells) {
      const key = JSON.stringify([wiki, type, isBot])
      const cell = cells.get(key) ?? { wiki, type, isBot, counts: new Float64Array(minutes) }
      cells.set(key, cell)
      cell.counts[index] = events
    }
  }
  return { fromMs, minutes, cells: [...cells.values()], processed, late, servers }
}

function readLine(line: string): Line {
  try {
    return lineSchema.parse(JSON.parse(line))
  } catch {
    throw new UserError(`our counts came with a line that can't be read: ${visible(line.slice(0, 80))}`)
  }
}

/** Why the program of our counts ended with this code. @param said what it wrote to standard error. */
export function countsFailure(said: string, code: number | null): UserError {
  if (said.includes('MODULE_NOT_FOUND') || said.includes('Cannot find module')) {
    return new UserError(
      'the release that runs is older than this command: npx zx ops/deploy.ts brings this one, then run it again',
    )
  }
  const last = said.trim().split('\n').at(-1)
  return new UserError(
    `our counts can't be read: ${visible(last || `their program ended with exit code ${code}`)}`,
  )
}

/** Tells each line of a stream that isn't empty, until its end. */
export async function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream })) if (line !== '') onLine(line)
}
