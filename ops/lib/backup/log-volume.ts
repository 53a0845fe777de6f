import { z } from 'zod'
import { type Target } from '../deploy/target.ts'
import { type Host, type RunOptions } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { UserError } from '../script.ts'

/** The log's data on the first host: a volume, and an image with what is needed to read and write it. */
export type LogVolume = { host: Host; stack: string; name: string; image: string }

/** What `compose/docker-compose.prod.yml` calls the log's volume. */
const volumeName = (stack: string) => `${stack}_redpanda-data`

/** Marks our own containers that work on the volume, so that those of a killed run are found. */
const label = 'wikiflow.log-volume'

/** The newest image of ours: Debian, with tar and gzip. */
const newestImage = `docker image ls --format '{{.Repository}}:{{.Tag}}' wikiflow | head -n 1`

/** The same, where the volume is there; nothing where it isn't. */
const imageForVolume = `[ -z "$(docker volume ls --quiet --filter "name=^$1$")" ] || ${newestImage}`

/** The log's volume. @throws UserError where the log is none of the stack's own, or the host has no image of ours. */
export async function findLogVolume(host: Host, { stack, variables }: Target): Promise<LogVolume> {
  if (variables.KAFKA_BROKERS) {
    throw new UserError(
      `the log of ${stack} is an outside Kafka (${variables.KAFKA_BROKERS}): it is backed up where it runs`,
    )
  }
  const image = (await mustRun(host, 'looking for an image', newestImage)).trim()
  if (image === '') {
    throw new UserError(
      `there is no image of wikiflow on ${host.address.name}: npx zx ops/deploy.ts brings it there`,
    )
  }
  return { host, stack, name: volumeName(stack), image }
}

/** The log's volume, if there is one, and an image to work on it with. */
export async function presentLogVolume(host: Host, stack: string): Promise<LogVolume | undefined> {
  const name = volumeName(stack)
  const image = (await mustRun(host, "looking for the log's volume", imageForVolume, [name])).trim()
  return image === '' ? undefined : { host, stack, name, image }
}

/** As root of a container that reaches nothing but the volume: files belong to the engine's own user. */
const inContainer = `stack=$1 volume=$2 image=$3 script=$4
shift 4
exec docker run --rm --interactive --init --label "${label}=$stack" --log-driver none --network none --read-only \\
  --user 0:0 --cap-drop ALL --cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER \\
  --mount "type=volume,source=$volume,target=/log" --workdir /log "$image" sh -c "set -eu
$script" sh "$@"`

/** Runs a shell script in the volume's folder. @returns what it put out. @throws UserError when it fails. */
export function inVolume(
  { host, stack, name, image }: LogVolume,
  doing: string,
  script: string,
  options: RunOptions = {},
): Promise<string> {
  return mustRun(host, doing, inContainer, [stack, name, image, script], options)
}

const removeContainers = `for container in $(docker ps --all --quiet --filter "label=${label}=$1"); do
  docker rm --force "$container" > /dev/null
done`

/** Ends what a killed run may have left at work on the volume. */
export async function endLeftovers({ host, stack }: LogVolume): Promise<void> {
  await mustRun(host, 'ending what a killed run left', removeContainers, [stack])
}

/** The volume's figures, in bytes: what it holds, and what is free beside it. */
export type VolumeSize = { used: number; free: number }

const sizeSchema = z.tuple([z.coerce.number(), z.coerce.number()])

/** Reads how large the volume is; it may grow meanwhile. @throws UserError when that can't be read. */
export async function readVolumeSize(volume: LogVolume): Promise<VolumeSize> {
  // Files of a log that is written come and go while they are added up.
  const script = `{ du -s --block-size=1 . 2> /dev/null || :; } | cut -f 1
df --output=avail --block-size=1 . | tail -n 1`
  const [used, free] = sizeSchema.parse(
    (await inVolume(volume, 'reading its size', script)).trim().split(/\s+/),
  )
  return { used, free }
}
