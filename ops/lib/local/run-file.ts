import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const runSchema = z.object({
  /** Which source the stack runs, or ran, on. */
  source: z.enum(['live', 'simulate', 'replay']),
  /** Folder with all data of this source. */
  stateDir: z.string(),
  /** Address of the embedded broker. */
  kafka: z.string(),
  postgres: z.object({ host: z.string(), port: z.number(), database: z.string() }),
  /** Files that hold the passwords of the database's roles. */
  passwordFiles: z.object({ owner: z.string(), writer: z.string(), reader: z.string() }),
  /** The lake's folder, as a `file:` URL. */
  lakeUrl: z.string(),
  /** How many workers there are, seconds between two files of the lake, and, of a simulator that ends, its events. */
  workers: z.number().default(3),
  lakeRotateS: z.number().default(300),
  sourceEvents: z.number().optional(),
  /** What the simulator says it has sent; only where it runs. */
  sourceTallyUrl: z.string().optional(),
  dashboardUrl: z.string(),
  /** The supervisor. */
  pid: z.number(),
  /** Running processes by name, with the address of their health server once it is known. */
  processes: z.record(z.string(), z.object({ pid: z.number(), health: z.string().optional() })),
})

/** Where a local stack runs, left for the other scripts; it stays after a stop, with no processes. */
export type Run = z.infer<typeof runSchema>

const fileName = 'run.json'

/** Writes the file whole or not at all. */
export function writeRun(root: string, run: Run): void {
  const path = join(root, fileName)
  writeFileSync(`${path}.new`, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** The last local stack of this folder, or undefined when there is none. */
export function readRun(root: string): Run | undefined {
  try {
    return runSchema.parse(JSON.parse(readFileSync(join(root, fileName), 'utf8')))
  } catch {
    return undefined
  }
}
