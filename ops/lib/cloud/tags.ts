import { createHash } from 'node:crypto'
import { type StackId } from '../stack/names.ts'
import { type Fact, type Facts, type Part, type Tag } from './part.ts'

/** Keys of the tags that identify a stack's things. */
export const tagKeys = {
  stack: 'wikiflow:stack',
  part: 'wikiflow:part',
  applied: 'wikiflow:applied',
} as const

/** Tags of a part: whose it is, which it is, what was asked of it, and the name that consoles show. */
export function tagsOf(stack: StackId, part: Pick<Part, 'id' | 'name' | 'want'>): Tag[] {
  return [
    { Key: 'Name', Value: part.name },
    { Key: tagKeys.stack, Value: stackTag(stack) },
    { Key: tagKeys.part, Value: part.id },
    { Key: tagKeys.applied, Value: appliedMark(part.want) },
  ]
}

/** The value of the tag `wikiflow:stack`: roles and budgets have no region of their own, so it is part of it. */
export function stackTag({ name, region }: Pick<StackId, 'name' | 'region'>): string {
  return `${name}/${region}`
}

/** Tags as each of AWS's services gives them. */
export type AwsTags = Iterable<{ Key?: string | undefined; Value?: string | undefined }> | undefined

/** Whether these tags say that the thing is this part of this stack. */
export function isOurs(stack: StackId, part: string, tags: AwsTags): boolean {
  return tagValue(tags, tagKeys.stack) === stackTag(stack) && tagValue(tags, tagKeys.part) === part
}

/** A tag's value, undefined when there is none. */
export function tagValue(tags: AwsTags, key: string): string | undefined {
  for (const tag of tags ?? []) if (tag.Key === key) return tag.Value
  return undefined
}

/** AWS's limit for a tag's value, in characters. */
const longestTag = 256
/** Characters for one property: three bytes of its hash, in base64url, which tags may hold. */
const markWidth = 4

/**
 * What was asked of a thing, as a tag's value: four characters a property, in the order of their names. It tells
 * what was changed by hand since from what is asked for the first time, without a file that could be lost.
 * @throws RangeError for more than 64 properties.
 */
export function appliedMark(want: Facts): string {
  const mark = Object.keys(want)
    .sort()
    .map(property => propertyMark(property, want[property]))
    .join('')
  if (mark.length > longestTag) throw new RangeError(`${Object.keys(want).length} properties don't fit a tag`)
  return mark
}

/** Whether `mark` says that this value of this property was asked for. */
export function wasApplied(mark: string | undefined, property: string, value: Fact): boolean {
  if (!mark) return false
  const one = propertyMark(property, value)
  for (let at = 0; at < mark.length; at += markWidth) if (mark.startsWith(one, at)) return true
  return false
}

/** `mark` with what it says of one property exchanged: one of the values `from` by `to`. */
export function exchangeMark(mark: string, property: string, from: readonly Fact[], to: Fact): string {
  const old = from.map(value => propertyMark(property, value))
  const marks = mark.match(/.{4}/g) ?? []
  return marks.map(one => (old.includes(one) ? propertyMark(property, to) : one)).join('')
}

function propertyMark(property: string, value: Fact | undefined): string {
  const text = JSON.stringify([property, Array.isArray(value) ? [...value].sort() : value])
  return createHash('sha256').update(text).digest('base64url').slice(0, markWidth)
}
