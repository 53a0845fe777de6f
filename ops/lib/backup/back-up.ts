import { rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { elapsed } from '../cloud/elapsed.ts'
import { readDeployedStack } from '../containers/stack-services.ts'
import { type Connection } from '../deploy/connect.ts'
import { servedReleases } from '../deploy/deployed.ts'
import { lockedAction } from '../deploy/locked-action.ts'
import { type TargetChoice } from '../deploy/open-target.ts'
import { type Stages, showStages } from '../deploy/stages.ts'
import { nextCommand } from '../deploy/target-flags.ts'
import { messageOf } from '../message-of.ts'
import { makePrivateFolder } from '../private-folder.ts'
import { UserError } from '../script.ts'
import { download, finishSwap } from './archive.ts'
import { sizeText } from './bytes.ts'
import { readLogEnds } from './log-ends.ts'
import { endLeftovers, findLogVolume, type LogVolume, readVolumeSize } from './log-volume.ts'
import { type BackupFiles, backupFiles, type Manifest } from './manifest.ts'
import { leftStopped, standingStill, startAgain, stopService } from './standstill.ts'

/** What a log is read, compressed and sent with, in bytes a second, by one core of a small host over 200 Mbit/s. */
const rate = 20e6

/**
 * Backs the log up to this machine: shows what it takes, asks, stops what writes, brings the volume here, and starts all
 * again in every way out.
 * @returns the sentence that says what is true now.
 * @throws UserError when there is nothing to back up, no room, or when it can't be read.
 */
export async function backUp(
  connection: Connection,
  meant: TargetChoice,
  agree: () => Promise<boolean>,
  out: NodeJS.WriteStream,
): Promise<string> {
  const { manager, target } = connection
  const swarm = await readDeployedStack(connection)
  const volume = await findLogVolume(manager, target)
  const folder = join(target.folder, 'backups')
  makePrivateFolder(folder)
  const [{ used }, free] = await Promise.all([readVolumeSize(volume), freeBytes(folder)])
  const stopped = leftStopped(swarm)
  out.write(`${plan({ connection, volume, folder, used, free, stopped })}\n`)
  if (free < used) {
    throw new UserError(
      `${folder} has room for ${sizeText(free)}, and the log may need ${sizeText(used)}: nothing was changed`,
    )
  }
  if (!(await agree())) return 'Nothing was changed.'
  const engine = swarm.services.get('redpanda')?.Spec.TaskTemplate.ContainerSpec.Image ?? 'unknown'
  const [release = 'unknown'] = await servedReleases(manager, target.stack)
  const known = { version: 1 as const, stack: target.stack, release, engine, volumeBytes: used }
  let closing = ''
  await lockedAction(connection, 'backup', async (signal, assertHeld) => {
    const stages = showStages(out, meant)
    const job = { connection, volume, folder, known, signal, assertHeld, stages }
    const { files, manifest, waitedMs } = await bring(job)
    closing = `The log is in ${files.archive} (${sizeText(manifest.archive.bytes)}); the pipeline waited ${elapsed(waitedMs)}. To put it back: ${nextCommand(`restore.ts ${files.archive}`, meant)}`
    return `done: ${manifest.archive.sha256}`
  })
  return closing
}

type Bringing = {
  connection: Connection
  volume: LogVolume
  folder: string
  known: Omit<Manifest, 'time' | 'clusterId' | 'ends' | 'archive'>
  signal: AbortSignal
  assertHeld(): void
  stages: Stages
}

async function bring({ connection, volume, folder, known, signal, assertHeld, stages }: Bringing) {
  let since = Date.now()
  try {
    await endLeftovers(volume)
    const left = leftStopped(await readDeployedStack(connection))
    if (left.includes('redpanda')) await finishSwap(volume)
    if (left.length > 0) await startAgain(connection, stages)
    since = Date.now()
    const files = backupFiles(folder, new Date())
    const manifest = await standingStill({ connection, stages, assertHeld }, async () => {
      // With nobody left who writes, what the log says now is where it ends.
      await stages.run('stopping ingest', () => stopService(connection, 'ingest', signal))
      const ends = await readLogEnds(connection)
      await stages.run('stopping the log', () => stopService(connection, 'redpanda', signal))
      const time = new Date().toISOString()
      const archive = await stages.run('bringing the log here', say =>
        download(volume, files.archive, { signal, onBytes: bytes => say(sizeText(bytes)) }),
      )
      const manifest = { ...known, time, ...ends, archive }
      await write(files, manifest)
      return manifest
    })
    return { files, manifest, waitedMs: Date.now() - since }
  } finally {
    stages.close()
  }
}

async function write({ manifest, archive }: BackupFiles, what: Manifest): Promise<void> {
  try {
    await writeFile(manifest, `${JSON.stringify(what, null, 2)}\n`, { mode: 0o600, flush: true })
  } catch (error) {
    await Promise.all([manifest, archive].map(file => rm(file, { force: true })))
    throw new UserError(`${manifest} can't be written: ${messageOf(error)}`)
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

function plan(of: {
  connection: Connection
  volume: LogVolume
  folder: string
  used: number
  free: number
  stopped: readonly string[]
}): string {
  const { connection, volume, folder, used, free, stopped } = of
  const waits = elapsed((used / rate) * 1_000)
  return [
    `${volume.stack}: back up the log`,
    '',
    `  from       volume ${volume.name} on ${connection.manager.address.name}, ${sizeText(used)}`,
    `  to         ${folder}, ${sizeText(free)} free`,
    `  meanwhile  ingest and the log stand still, for about ${waits} at 20 MB/s and the time they take to start;`,
    '             workers, lake and dashboard wait, and ingest goes on where it stopped: nothing is lost',
    ...(stopped.length > 0
      ? [`  first      ${stopped.join(' and ')} stand still since a run was killed: they are started`]
      : []),
  ].join('\n')
}
