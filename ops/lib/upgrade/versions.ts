import { UserError } from '../script.ts'

/** A release of Redpanda: year, feature release of the year, patch release, as in v26.2.1. */
export type Version = { year: number; feature: number; patch: number }

/**
 * A year has had three feature releases since 2022 (https://docs.redpanda.com/current/upgrade/rolling-upgrade/): after the
 * third one comes the first of the next year.
 */
const featuresAYear = 3

/** The version in a tag such as `v26.2.1`; undefined for any other. */
export function readVersion(tag: string): Version | undefined {
  const [, year, feature, patch] = /^v(\d{2})\.(\d{1,2})\.(\d{1,3})$/.exec(tag) ?? []
  if (!year || !feature || !patch) return undefined
  return { year: Number(year), feature: Number(feature), patch: Number(patch) }
}

/** What moving from one version to another means. */
export type Step = 'same' | 'patch' | 'patch back' | 'feature' | 'skips' | 'back'

/**
 * What moving from one version to another means. Redpanda moves over one feature release at a time, and back within one
 * alone: its data isn't what the one before it can read (same page, "Limitations").
 */
export function stepTo(from: Version, to: Version): Step {
  if (from.year === to.year && from.feature === to.feature) {
    return to.patch === from.patch ? 'same' : to.patch > from.patch ? 'patch' : 'patch back'
  }
  if (to.year < from.year || (to.year === from.year && to.feature < from.feature)) return 'back'
  const isNext = to.year === from.year && to.feature === from.feature + 1
  const isNextYear = to.year === from.year + 1 && to.feature === 1 && from.feature >= featuresAYear
  return isNext || isNextYear ? 'feature' : 'skips'
}

/** The feature releases that may follow a version. */
function nextFeatures({ year, feature }: Version): string {
  const next = `v${year}.${feature + 1}`
  return feature >= featuresAYear ? `v${year + 1}.1` : next
}

/** An image's repository and tag: a registry's port is no tag. */
export function splitImage(image: string): { repository: string; tag: string } {
  const [, repository, tag] = /^(.+?)(?::([^:/]+))?$/.exec(image.split('@')[0] ?? '') ?? []
  return { repository: repository ?? image, tag: tag ?? 'latest' }
}

/** An image reference as Docker takes it: nothing that a shell, or a flag, would read as something else. */
const reference = /^[a-z0-9][a-z0-9._-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)*(:[A-Za-z0-9_][\w.-]{0,127})?$/

/** What is asked for: a release of Redpanda in place of the one that runs, or another image. */
export type Asked = { redpanda?: string | undefined; image?: string | undefined }

/** A move of the log from one image to another. */
export type Upgrade = { from: string; to: string; step: Step | 'unknown' }

/**
 * The move that is asked for.
 * @param from the image that runs.
 * @throws UserError for one that Redpanda doesn't make, or a text that names no image.
 */
export function planUpgrade(from: string, { redpanda, image }: Asked): Upgrade {
  const { repository, tag } = splitImage(from)
  const now = readVersion(tag)
  if (redpanda !== undefined) {
    if (!readVersion(redpanda)) {
      throw new UserError(`--redpanda is ${JSON.stringify(redpanda)}; allowed: a release such as v26.2.2`)
    }
    if (!now) {
      throw new UserError(
        `the log runs ${from}, which is no release of Redpanda: --image names the one to run in its place`,
      )
    }
  }
  const to = image ?? `${repository}:${redpanda}`
  if (!reference.test(to)) {
    throw new UserError(
      `--image is ${JSON.stringify(to)}; allowed: an image such as registry.example.org/redpanda:v26.2.2`,
    )
  }
  const next = readVersion(splitImage(to).tag)
  const step = now && next ? stepTo(now, next) : from === to ? 'same' : 'unknown'
  if (now && next) assertStep(step, { from: now, says: tag, to: splitImage(to).tag, isPlain: !image })
  return { from, to, step: step === 'same' && from !== to ? 'unknown' : step }
}

function assertStep(
  step: Upgrade['step'],
  { from, says, to, isPlain }: { from: Version; says: string; to: string; isPlain: boolean },
): void {
  if (step === 'skips') {
    throw new UserError(
      `Redpanda moves over one feature release at a time: from ${says} to the newest ${nextFeatures(from)}, and from there on to ${to}`,
    )
  }
  if (step === 'back') {
    throw new UserError(
      `Redpanda can't go back from ${says} to ${to}: it has written what that one can't read. A backup from before is the way (npx zx ops/restore.ts)`,
    )
  }
  if (step === 'patch back' && isPlain) {
    throw new UserError(
      `${to} is older than ${says}, which runs; within a feature release Redpanda can go back: name it by --image, if that is meant`,
    )
  }
}
