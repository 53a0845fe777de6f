import { GetBucketTaggingCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3'
import { type Cloud } from '../../ops/lib/cloud/cloud.ts'
import { missing } from '../../ops/lib/cloud/missing.ts'
import { isOurs } from '../../ops/lib/cloud/tags.ts'
import { namesOf, type StackId } from '../../ops/lib/stack/names.ts'
import { hoursAMonth } from '../model.ts'
import { attempt, type Metered } from './metered.ts'
import { dayMs, hourMs, type Point, readMetric } from './metrics.ts'

/** What the lake holds, and has held. */
type Lake = {
  /** By storage class: bytes now, and byte-hours so far. */
  classes: Map<StorageClass, { bytes: number; byteHours: number }>
  objects: number
  /** Objects that came in so many of the last hours. */
  lately: { objects: number; hours: number }
  /** Its first object. */
  since: Date | undefined
  because?: string
}

type StorageClass = 'STANDARD' | 'STANDARD_IA'

const gigabyte = 2 ** 30
/** Pages of 1,000 objects after which listing ends: a bill shouldn't take minutes, nor cost much itself. */
const pagesToList = 100

const classes = {
  STANDARD: { metric: 'StandardStorage', item: 's3:storage', name: 'S3 storage' },
  STANDARD_IA: {
    metric: 'StandardIAStorage',
    item: 's3:infrequent-access',
    name: 'S3 infrequent access',
  },
} as const satisfies Record<StorageClass, { metric: string; item: string; name: string }>

/**
 * What the lake's bucket uses: from CloudWatch's daily numbers where there are any, else from a list of its objects.
 * Undefined when there is no bucket of the stack's.
 * @param running whether anything writes to it.
 */
export async function readLake(
  cloud: Cloud,
  id: StackId,
  running: boolean,
  now: Date,
): Promise<{ metered: Metered[]; since: Date | undefined } | undefined> {
  const Bucket = namesOf(id).bucket
  const tagging = await missing(cloud.s3.send(new GetBucketTaggingCommand({ Bucket })))
  if (!isOurs(id, 'bucket', tagging?.TagSet)) return undefined
  const measured = await attempt(measure(cloud, Bucket, now))
  const lake = ('value' in measured ? measured.value : undefined) ?? (await list(cloud.s3, Bucket, now))
  return { metered: [...meterStorage(lake), meterPuts(lake, running)], since: lake.since }
}

function meterStorage({ classes: held, objects, because }: Lake): Metered[] {
  return [...held].map(([storageClass, { bytes, byteHours }]) => {
    const { item, name } = classes[storageClass]
    const gb = bytes / gigabyte
    const what = `${gb.toFixed(2)} GB, ${counted(objects, 'object')} in all`
    return {
      item,
      name,
      soFar: { quantity: byteHours / gigabyte / hoursAMonth, what, because },
      aMonth: { quantity: gb, what, because },
    }
  })
}

/** S3 counts requests only for money: each object was put once at least. */
function meterPuts({ objects, lately }: Lake, running: boolean): Metered {
  const month = running ? (lately.objects / Math.max(1, lately.hours)) * hoursAMonth : 0
  const because = 'at least: one for each object; S3 doesn’t count requests unless paid for it'
  return {
    item: 's3:put',
    name: 'S3 requests',
    soFar: { quantity: objects / 1_000, what: `PUT, ${counted(objects, 'request')}`, because },
    aMonth: {
      quantity: month / 1_000,
      what: `PUT, ${counted(Math.round(month), 'request')}`,
      ...(month > 0 ? { because } : {}),
    },
  }
}

/** CloudWatch's numbers; undefined where it has none yet. They hold old versions and half-sent uploads too. */
async function measure({ cloudwatch }: Cloud, bucket: string, now: Date): Promise<Lake | undefined> {
  const read = (name: string, StorageType: string) =>
    readMetric(
      cloudwatch,
      {
        namespace: 'AWS/S3',
        name,
        dimensions: { BucketName: bucket, StorageType },
        statistic: 'Average',
      },
      new Date(0),
      now,
      dayMs,
    )
  const [standard, infrequent, count] = await Promise.all([
    read('BucketSizeBytes', classes.STANDARD.metric),
    read('BucketSizeBytes', classes.STANDARD_IA.metric),
    read('NumberOfObjects', 'AllStorageTypes'),
  ])
  const last = count.at(-1)
  if (standard.length + infrequent.length === 0 || !last) return undefined
  const before = count.at(-8) ?? count[0]
  const held = { STANDARD: heldOf(standard, now), STANDARD_IA: heldOf(infrequent, now) }
  return {
    classes: new Map(
      Object.entries(held).filter(([, { byteHours }]) => byteHours > 0) as [
        StorageClass,
        (typeof held)[StorageClass],
      ][],
    ),
    objects: Math.max(...count.map(({ value }) => value)),
    lately:
      before === undefined || before === last
        ? { objects: last.value, hours: 24 }
        : {
            objects: Math.max(0, last.value - before.value),
            hours: (last.at.getTime() - before.at.getTime()) / hourMs,
          },
    since: firstDayEnd([...standard, ...infrequent], now),
    because: 'as CloudWatch measured it last, up to two days ago',
  }
}

/** A point is of a day at whose end there was something: it may have come at any hour before. */
function firstDayEnd(points: readonly Point[], now: Date): Date | undefined {
  const ends = points.map(({ at }) => at.getTime() + dayMs)
  return ends.length > 0 ? new Date(Math.min(now.getTime(), ...ends)) : undefined
}

/** A day's bytes count until the next day's, the last ones until now. */
function heldOf(points: readonly Point[], now: Date): { bytes: number; byteHours: number } {
  const byteHours = points.reduce((sum, { at, value }, index) => {
    const end = points[index + 1]?.at ?? now
    return sum + (value * (end.getTime() - at.getTime())) / hourMs
  }, 0)
  return { bytes: points.at(-1)?.value ?? 0, byteHours }
}

/** Lists the objects: each has been stored since it was last written. */
async function list(s3: S3Client, Bucket: string, now: Date): Promise<Lake> {
  const held: Lake['classes'] = new Map([['STANDARD', { bytes: 0, byteHours: 0 }]])
  let objects = 0
  let lately = 0
  let pages = 0
  let more = false
  let first = now
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket })) {
    for (const { Size = 0, LastModified = now, StorageClass } of page.Contents ?? []) {
      const storageClass = StorageClass === 'STANDARD_IA' ? 'STANDARD_IA' : 'STANDARD'
      const sum = held.get(storageClass) ?? { bytes: 0, byteHours: 0 }
      const ageMs = Math.max(0, now.getTime() - LastModified.getTime())
      held.set(storageClass, {
        bytes: sum.bytes + Size,
        byteHours: sum.byteHours + (Size * ageMs) / hourMs,
      })
      objects++
      if (ageMs < dayMs) lately++
      if (LastModified < first) first = LastModified
    }
    more = page.IsTruncated === true && ++pages === pagesToList
    if (more) break
  }
  return {
    classes: held,
    objects,
    lately: { objects: lately, hours: Math.min(24, (now.getTime() - first.getTime()) / hourMs) },
    since: objects > 0 ? first : undefined,
    because: more
      ? `at least: the first ${(pagesToList * 1_000).toLocaleString('en')} objects were listed, and there are more`
      : 'listed, without old versions: CloudWatch has no numbers of the bucket',
  }
}

function counted(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`
}
