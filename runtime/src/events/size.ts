import { changesContent, type RecentChange } from './event.ts'

/**
 * Signed change in bytes: new size less the old one, a new page's own size; undefined where the event has no sizes
 * or isn't about content.
 */
export function bytesChanged(event: RecentChange): number | undefined {
  if (!changesContent(event) || event.lengthNew === undefined) return undefined
  if (event.type === 'new') return event.lengthNew - (event.lengthOld ?? 0)
  return event.lengthOld === undefined ? undefined : event.lengthNew - event.lengthOld
}

/** Upper bounds of the size classes in bytes, named as the columns of `activity_minute`. */
const sizeClasses = [
  ['size_0', 0],
  ['size_10', 10],
  ['size_100', 100],
  ['size_1000', 1_000],
  ['size_10000', 10_000],
  ['size_over', Number.POSITIVE_INFINITY],
] as const
export type SizeClass = (typeof sizeClasses)[number][0]

/** The class of a change by its absolute size: 0, 1–10, 11–100, 101–1,000, 1,001–10,000 bytes, or over. */
export function sizeClass(bytes: number): SizeClass {
  const size = Math.abs(bytes)
  return sizeClasses.find(([, upTo]) => size <= upTo)?.[0] ?? 'size_over'
}
