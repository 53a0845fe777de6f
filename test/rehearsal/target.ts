import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type z } from 'zod'
import { type fileTargetSchema } from '../../ops/lib/deploy/file-target-schema.ts'
import { type Machine } from './machines/machine.ts'
import { type Site } from './site/site.ts'

const kafkaFile = join(import.meta.dirname, 'kafka.compose.yml')

/** The file in which hosts are described for `--target`. */
export type TargetDescription = z.input<typeof fileTargetSchema>

/** Describes hosts and what stands around them in `target.json` of a folder. @returns the file's path. */
export async function writeTarget(
  folder: string,
  machines: readonly Machine[],
  site: Site,
  changes: Partial<TargetDescription> = {},
): Promise<string> {
  const file = join(folder, 'target.json')
  const lakeFile = join(folder, 'lake.compose.yml')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(lakeFile, json(lakeCompose(site)))
  const description = { ...describe(machines, site), overrides: [kafkaFile, lakeFile], ...changes }
  await writeFile(file, json(description))
  return file
}

/** JSON is YAML, too. */
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

function describe(machines: readonly Machine[], { database, lake, source }: Site): TargetDescription {
  const { host, port, owner, passwordFile, ca } = database
  return {
    stack: 'rehearsal',
    hosts: machines.map(machine => {
      const { name, user, address, identity } = machine.host
      return { name, user, address, ...(identity !== undefined && { identity }), hostKey: machine.hostKey }
    }),
    database: { host, port, owner, passwordFile, caFile: ca },
    lake: { url: lake.url, region: lake.region, rotateS: 5 },
    source: { url: source.url, contact: 'rehearsal@example.org' },
    folder: '.',
  }
}

/** What a host's role and region are on AWS: where S3 answers, and as whom. */
function lakeCompose({ lake }: Site) {
  return {
    version: '3.9',
    services: {
      batch: {
        environment: {
          AWS_ENDPOINT_URL: lake.endpoint,
          AWS_ACCESS_KEY_ID: lake.credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: lake.credentials.secretAccessKey,
        },
      },
    },
  }
}
