import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../script.ts'

const manifestSchema = z.object({
  version: z.literal(1),
  stack: z.string(),
  /** The release that served. */
  release: z.string(),
  /** Image of the log's engine, whose data it is. */
  engine: z.string(),
  /** The moment at which the log stood still, ISO, by this machine's clock. */
  time: z.iso.datetime(),
  /** The log's own id: offsets mean nothing without it. */
  clusterId: z.string(),
  /** What it holds: the first offset, and the next one to be written, by partition. */
  ends: z.array(z.object({ partition: z.number(), start: z.number(), end: z.number() })),
  /** Size of the log on the host's disk, in bytes. */
  volumeBytes: z.number(),
  archive: z.object({ bytes: z.number(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
})

/** What a backup of the log holds; a JSON file beside its archive. */
export type Manifest = z.output<typeof manifestSchema>

/** Names of a backup's files. */
export type BackupFiles = { archive: string; manifest: string }

const archiveEnd = '.tar.gz'

/** Files of the backup of a moment: `2026-11-20T08-00-00Z.tar.gz` and `.json`. */
export function backupFiles(folder: string, at: Date): BackupFiles {
  const name = `${at.toISOString().slice(0, 19).replaceAll(':', '-')}Z`
  return { archive: join(folder, `${name}${archiveEnd}`), manifest: join(folder, `${name}.json`) }
}

/** Files of a backup, by one of them. @throws UserError for a name that is neither's. */
export function filesOf(path: string): BackupFiles {
  const stem = [archiveEnd, '.json'].flatMap(end => (path.endsWith(end) ? path.slice(0, -end.length) : []))[0]
  if (stem === undefined || basename(stem) === '') {
    throw new UserError(`${path} is no backup: give the ${archiveEnd} file that npx zx ops/backup.ts wrote`)
  }
  return { archive: `${stem}${archiveEnd}`, manifest: `${stem}.json` }
}

/** Reads what a backup holds. @throws UserError when it isn't there, or isn't what a backup writes. */
export async function readManifest({ manifest, archive }: BackupFiles): Promise<Manifest> {
  let text: string
  try {
    text = await readFile(manifest, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new UserError(
      `${manifest}, which says what ${basename(archive)} holds, can't be read (${code}): a backup without it wasn't finished, or was moved without it from ${dirname(manifest)}`,
    )
  }
  const parsed = manifestSchema.safeParse(parse(text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UserError(
    `${manifest} isn't what a backup wrote: ${issue?.path.join('.') || 'it'}: ${issue?.message}`,
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
