import { DescribeDBSnapshotsCommand } from '@aws-sdk/client-rds'
import { paginateListObjectsV2 } from '@aws-sdk/client-s3'
import { findPrice } from '../../../cost/prices.ts'
import { missing } from './missing.ts'
import { type OpenStack } from './open.ts'

/** A thing that outlives the stack, what it costs at most, and how to remove it. */
export type Leftover = {
  what: string
  /** USD a month; undefined where no price is known. */
  usdAMonth: number | undefined
  remove: string
}

/** Looks for what a removed stack leaves on purpose: the lake, and final snapshots of the database. */
export async function leftovers(open: OpenStack): Promise<Leftover[]> {
  return [...(await keptBucket(open)), ...(await finalSnapshots(open))]
}

/** Pages of 1,000 objects after which counting ends: a report shouldn't take minutes. */
const pagesToCount = 100

async function keptBucket({ cloud, context }: OpenStack): Promise<Leftover[]> {
  const bucket = context.names.bucket
  let objects = 0
  let bytes = 0
  let more = false
  const count = async () => {
    let pages = 0
    for await (const page of paginateListObjectsV2({ client: cloud.s3 }, { Bucket: bucket })) {
      for (const { Size = 0 } of page.Contents ?? []) {
        objects++
        bytes += Size
      }
      more = page.IsTruncated === true && ++pages === pagesToCount
      if (more) break
    }
    return true
  }
  if (!(await missing(count()))) return []
  const price = findPrice('s3:storage', cloud.region)
  const atLeast = more ? 'more than ' : ''
  return [
    {
      what: `S3 bucket ${bucket}: ${atLeast}${objects.toLocaleString('en')} objects, ${(bytes / 1e9).toFixed(3)} GB`,
      usdAMonth: price && (bytes / 1e9) * price.usd,
      remove: 'npx zx ops/destroy.ts --purge',
    },
  ]
}

async function finalSnapshots({ cloud, context }: OpenStack): Promise<Leftover[]> {
  const { DBSnapshots } = await cloud.rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: 'manual' }))
  const price = findPrice('rds:backup', cloud.region)
  return (DBSnapshots ?? [])
    .filter(({ DBSnapshotIdentifier: id }) => id?.startsWith(`${context.names.database}-final-`))
    .map(({ DBSnapshotIdentifier: id, AllocatedStorage: gb = 0 }) => ({
      what: `database snapshot ${id}: up to ${gb} GB`,
      usdAMonth: price && gb * price.usd,
      remove: `aws rds delete-db-snapshot --region ${cloud.region} --db-snapshot-identifier ${id}`,
    }))
}

/** What is left as lines, with its cost, and how to be rid of it. */
export function renderLeftovers(left: readonly Leftover[]): string {
  if (left.length === 0) return 'Nothing of the stack is left on AWS, and nothing of it costs.'
  const lines = left.map(({ what, usdAMonth, remove }) => {
    const cost = usdAMonth === undefined ? 'price unknown' : `at most $${usdAMonth.toFixed(2)} a month`
    return `  ${what}: ${cost}\n    to remove it: ${remove}`
  })
  return ['Left on AWS:', ...lines].join('\n')
}
