import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { missing } from '../cloud/missing.ts'
import { type OpenStack } from '../cloud/open.ts'
import { type PipelineView } from '../deploy/gates.ts'

/** How old the newest counted event may be, in s: Wikimedia's stream is never silent for so long. */
const freshS = 60
/** How many rotations may pass without a file of the lake. */
const rotations = 2

/**
 * Whether events flow through a pipeline, by what its page says.
 * @param rotateS seconds for which the lake gathers events before it writes a file.
 * @returns what is late or missing, in words, and what was found.
 */
export function flowOf(
  { counted, lake }: Pick<PipelineView, 'counted' | 'lake'>,
  rotateS: number,
  now: number,
): { late: string[]; found: string } {
  const eventAge = ageS(counted.newestEventAt, now)
  const fileAge = ageS(lake?.last?.writtenAt, now)
  const late = [
    ...(eventAge === undefined
      ? ['no event is counted yet']
      : eventAge > freshS
        ? [`the newest event is ${eventAge} s old`]
        : []),
    ...(fileAge === undefined
      ? [`the lake has no file yet: one is written every ${rotateS} s`]
      : fileAge > rotations * rotateS
        ? [`the lake's newest file is ${fileAge} s old, and one is written every ${rotateS} s`]
        : []),
  ]
  const total = counted.total.toLocaleString('en')
  return { late, found: `${total} events, the newest ${eventAge} s old; a file of the lake ${fileAge} s old` }
}

/** Whole seconds since a time; undefined where there is none. */
function ageS(time: string | null | undefined, now: number): number | undefined {
  const at = Date.parse(time ?? '')
  return Number.isNaN(at) ? undefined : Math.max(0, Math.round((now - at) / 1_000))
}

/** Whether an object of the lake stands in the stack's own bucket. */
export async function hasObject({ cloud, context }: OpenStack, key: string): Promise<boolean> {
  const command = new HeadObjectCommand({ Bucket: context.names.bucket, Key: key })
  return (await missing(cloud.s3.send(command))) !== undefined
}
