import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Release, type ReleaseFile, releaseId } from '../host/release.ts'
import { UserError } from '../script.ts'
import { type Deployment } from './plan.ts'
import { standingVariables } from './standing.ts'
import { type Target } from './target.ts'

/** The Compose files of a release, in the order in which they are read; the others only for an outside Kafka. */
const composeFile = 'compose/docker-compose.prod.yml'
const kafkaFile = 'compose/docker-compose.kafka.yml'
const kafkaCaFile = 'compose/docker-compose.kafka-ca.yml'

/** Where a release keeps how it is deployed, and the target's own Compose files. */
export const deploymentFile = 'deployment.json'
const overridesFolder = 'overrides'

/** Files that the image is made from: a change of any other needs no new image. */
const imageParts = [
  /^runtime\//,
  /^dashboard\//,
  /^package(-lock)?\.json$/,
  /^compose\/(Dockerfile|health-check\.sh)$/,
  /^\.[a-z]+$/,
]

const migrationFile = /^runtime\/migrations\/([^/]+)$/

/**
 * Puts together what is deployed: the project's files, the target's own Compose files, and how they are read. Whatever
 * differs, but for secrets' contents and what stands (see `standing.ts`), makes another release.
 * @throws UserError for an override that can't be read.
 */
export async function assemble(
  code: Release,
  target: Target,
  marks: Readonly<Record<string, string>>,
): Promise<{ release: Release; deployment: Deployment }> {
  const image = `wikiflow:${releaseId(code.files.filter(({ path }) => imageParts.some(part => part.test(path))))}`
  const overrides = await Promise.all(target.overrides.map(readOverride))
  const variables = {
    STACK: target.stack,
    // A `replicas: 0` in a later Compose file would be taken for nothing said.
    ...(target.variables.KAFKA_BROKERS && { REDPANDA_REPLICAS: '0' }),
    ...target.variables,
    ...marks,
  }
  const paths = [
    composeFile,
    ...(target.variables.KAFKA_BROKERS ? [kafkaFile] : []),
    ...(target.kafkaCa ? [kafkaCaFile] : []),
    ...overrides.map(({ path }) => path),
  ]
  // A release that is scaled stays the release that it is.
  const ofRelease = Object.entries(variables).filter(([name]) => !standingVariables.has(name))
  const description = { image, compose: paths, variables: Object.fromEntries(ofRelease) }
  const files = [
    ...code.files,
    ...overrides,
    { path: deploymentFile, content: Buffer.from(`${JSON.stringify(description, null, 2)}\n`) },
  ]
  const id = releaseId(files)
  return {
    release: { id, files, bytes: files.reduce((sum, { content }) => sum + content.length, 0) },
    deployment: {
      release: id,
      image,
      variables,
      compose: paths.map(path => ({ name: path, text: textOf(files, path) })),
      migrations: files.flatMap(({ path }) => migrationFile.exec(path)?.[1] ?? []).sort(),
    },
  }
}

async function readOverride(path: string, index: number): Promise<ReleaseFile> {
  try {
    return { path: `${overridesFolder}/${index + 1}-${basename(path)}`, content: await readFile(path) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new UserError(`the Compose file ${path} can't be read${code}`)
  }
}

function textOf(files: readonly ReleaseFile[], path: string): string {
  const file = files.find(one => one.path === path)
  if (!file) throw new UserError(`the release has no ${path}`)
  return file.content.toString('utf8')
}
