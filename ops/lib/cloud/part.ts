import { type Usage } from '../../../cost/model.ts'

/** A property's value as the plan shows it. Lists are sets: their order means nothing. */
export type Fact = string | number | boolean | readonly string[]
/** Properties of a thing, in the field's words. */
export type Facts = Readonly<Record<string, Fact>>

/** A thing as it is on AWS now. */
export type Found = {
  /** AWS's identifier: `i-…`, `sg-…`, an ARN, or its name where that is the identifier. */
  id: string
  /** Whether it carries this stack's tags. */
  ours: boolean
  /** As `Part.want`; undefined is what this caller can't read, and isn't compared. */
  facts: Readonly<Record<string, Fact | undefined>>
  /** The tag that says what was last asked of it (`appliedMark`). */
  applied?: string | undefined
  /** Properties that this very thing can't have in place as asked, and why: added to `Part.fixed`. */
  fixed?: Readonly<Record<string, string>>
  /** What others need of it: an address, an endpoint. */
  outputs?: Readonly<Record<string, string>>
}

/** A part of the stack that is already there, by its id in `Part.needs`. Throws when it isn't. */
export type Refs = (part: string) => Found

/** What a step works with. */
export type Work = {
  refs: Refs
  /** Tags that identify the part and say what was asked of it, to be set by the call that creates it. */
  tags: readonly Tag[]
  /** Says what is being waited for. */
  say(progress: string): void
}

export type Tag = { Key: string; Value: string }

/** What is left to change: a property, as it is and as it should be. */
export type Difference = {
  property: string
  before: Fact | undefined
  after: Fact
  /** `drift`: it was as it should be when last applied. `change`: something else is asked than last time. */
  kind: 'drift' | 'change'
}

/** One AWS resource of the stack: how it should be, and how to read, make, change and remove it. */
export type Part = {
  /** Stable, and the value of its tag: `bucket`, `host-1`. */
  id: string
  /** What a person calls it: `S3 bucket`. */
  title: string
  /** Its name on AWS. */
  name: string
  /** Parts that are made before it, and removed after it. */
  needs: readonly string[]
  /** False: remove it if it is there. */
  wanted: boolean
  want: Facts
  /** Properties that can't be changed in place, and why. */
  fixed: Readonly<Record<string, string>>
  /** What a change of a property does besides: `stops the host for some minutes`. */
  effects?: Readonly<Record<string, string>>
  /** What is lost with it; a part with this is never replaced unasked. */
  holds?: string
  /** What it uses in a month. */
  usage: readonly Usage[]
  find(): Promise<Found | undefined>
  /** Makes it and waits until it can be read; settings that need calls of their own are left to `change`. */
  create(work: Work): Promise<void>
  /** Makes the given properties as they should be, and waits for it. */
  change(found: Found, differences: readonly Difference[], work: Work): Promise<void>
  /** Sets tags: of a part changed, or adopted. */
  tag(found: Found, tags: readonly Tag[]): Promise<void>
  /** Removes it and waits until it is gone. */
  remove(found: Found, work: Work): Promise<void>
}
