import { elapsed } from '../cloud/elapsed.ts'
import { visible } from '../cloud/fact-text.ts'
import { type Connection } from '../deploy/connect.ts'
import { lockedAction } from '../deploy/locked-action.ts'
import { type TargetChoice } from '../deploy/open-target.ts'
import { type Running, readRunning } from '../deploy/running.ts'
import { type Stages, showStages } from '../deploy/stages.ts'
import { deployedFlagsAgain, nextCommand } from '../deploy/target-flags.ts'
import { UserError } from '../script.ts'
import { putInPlace, removeIncoming, upload, verify } from './archive.ts'
import { sizeText } from './bytes.ts'
import { readCounted } from './counted.ts'
import { objections } from './judge.ts'
import { endLeftovers, findLogVolume, type LogVolume, readVolumeSize, type VolumeSize } from './log-volume.ts'
import { type BackupFiles, filesOf, type Manifest, readManifest } from './manifest.ts'
import { HalfReplaced, standingStill, stopService } from './standstill.ts'

export type RestoreOptions = {
  /** The archive, or the manifest beside it. */
  path: string
  /** Do it in spite of what speaks against it. */
  force: boolean
  /** The stack, as it was named. */
  meant: TargetChoice
  agree(): Promise<boolean>
  out: NodeJS.WriteStream
}

/**
 * Puts a backup in the place of the log: shows what becomes of what, asks, stops what writes, replaces the volume's
 * content, and starts all again, unless the lock is lost or the log is replaced in part. The old content goes when the
 * new one is there whole.
 * @returns the sentence that says what is true now.
 * @throws UserError for a backup that is damaged, that doesn't go with the database, or for which there is no room.
 */
export async function restore(connection: Connection, options: RestoreOptions): Promise<string> {
  const { manager, target } = connection
  const { force, out } = options
  const files = filesOf(options.path)
  const manifest = await readManifest(files)
  const volume = await findLogVolume(manager, target)
  const stages = showStages(out, options.meant)
  try {
    const running = await readRunning(manager, target.stack)
    const against = objections(manifest, target.stack, await readCounted(manager, target, volume.image))
    const size = await readVolumeSize(volume)
    out.write(`${plan({ manifest, files, volume, size, running, against, force })}\n`)
    refuse(against, force)
    if (size.free < manifest.volumeBytes) {
      throw new UserError(
        `${manager.address.name} has room for ${sizeText(size.free)}, and the log needs ${sizeText(manifest.volumeBytes)} beside the present one: nothing was changed`,
      )
    }
    await stages.run('verifying the backup', say =>
      verify(files.archive, manifest.archive, bytes => say(sizeText(bytes))),
    )
    if (!(await options.agree())) return 'Nothing was changed.'
    const from = Date.now()
    await lockedAction(connection, 'restore', async (signal, assertHeld) => {
      await endLeftovers(volume)
      const job = { connection, volume, manifest, files, force, stages, signal, assertHeld }
      if (isDeployed(running)) await standingStill(job, () => replaceStopped(job))
      else await replace(job)
      return `done: ${manifest.archive.sha256}`
    })
    const what = `The log is as it was at ${manifest.time}, after ${elapsed(Date.now() - from)}`
    const audit = ['npx zx ops/audit.ts', ...deployedFlagsAgain(options.meant)].join(' ')
    return isDeployed(running)
      ? `${what}; the pipeline goes on with it. Was anything lost? ${audit}`
      : `${what}. To run the pipeline on it: ${nextCommand('deploy.ts', options.meant)}; then ${audit}`
  } finally {
    stages.close()
  }
}

type Job = {
  connection: Connection
  volume: LogVolume
  manifest: Manifest
  files: BackupFiles
  force: boolean
  stages: Stages
  signal: AbortSignal
  assertHeld(): void
}

async function replaceStopped(job: Job): Promise<void> {
  const { connection, volume, manifest, force, stages, signal } = job
  const { manager, target } = connection
  await stages.run('stopping ingest', () => stopService(connection, 'ingest', signal))
  await stages.run('stopping the log', () => stopService(connection, 'redpanda', signal))
  // Until the log stood still, workers may have counted on.
  refuse(objections(manifest, target.stack, await readCounted(manager, target, volume.image)), force)
  await replace(job)
}

async function replace({ volume, files, stages, signal, assertHeld }: Job): Promise<void> {
  try {
    await stages.run('bringing the log there', say =>
      upload(volume, files.archive, { signal, onBytes: bytes => say(sizeText(bytes)) }),
    )
    assertHeld()
  } catch (error) {
    // Without the lock, what is at work there may be another's.
    assertHeld()
    await endLeftovers(volume)
    await removeIncoming(volume)
    throw error
  }
  try {
    await stages.run("putting it in the old log's place", () => putInPlace(volume))
  } catch (error) {
    throw new HalfReplaced(error)
  }
}

function refuse(against: readonly string[], force: boolean): void {
  if (against.length === 0 || force) return
  throw new UserError(
    `this backup doesn't go with what is there: ${against.map(visible).join('; and ')}. Nothing was changed; --force does it in spite of that`,
  )
}

function isDeployed({ swarm }: Running): boolean {
  return (swarm?.services.size ?? 0) > 0
}

function plan(of: {
  manifest: Manifest
  files: BackupFiles
  volume: LogVolume
  size: VolumeSize
  running: Running
  against: readonly string[]
  force: boolean
}): string {
  const { manifest, files, volume, size, running, against, force } = of
  const { time, release, engine, archive, volumeBytes, ends } = manifest
  const records = ends.reduce((sum, { start, end }) => sum + end - start, 0)
  const now = running.swarm?.services.get('redpanda')?.Spec.TaskTemplate.ContainerSpec.Image
  return [
    `${volume.stack}: put a backup of the log in its place`,
    '',
    `  from       ${files.archive}, ${sizeText(archive.bytes)}: ${records.toLocaleString('en')} records, as of ${time}, release ${release}`,
    `  to         volume ${volume.name} on ${volume.host.address.name}: ${sizeText(volumeBytes)} in the place of ${sizeText(size.used)}, ${sizeText(size.free)} free`,
    ...(now === undefined || now === engine
      ? []
      : [`  engine     the data is of ${engine}, and ${now} stands there`]),
    ...(isDeployed(running)
      ? ['  meanwhile  ingest and the log stand still; workers, lake and dashboard wait']
      : ['  meanwhile  nothing is deployed: nothing waits']),
    ...(force ? against.map(one => `  in spite   ${one}`) : []),
  ]
    .map(visible)
    .join('\n')
}
