import { type RecentChange } from './event.ts'
import { rawRevertPatterns, revertPatterns } from './revert-patterns.ts'

/**
 * Change tags of a revert, should the source carry tags one day. `mw-reverted` isn't among them: it marks the edit
 * that was taken back, not the one that took it back.
 */
const revertTags = new Set(['mw-undo', 'mw-rollback', 'mw-manual-revert'])

/** MediaWiki cuts a comment at 500 code points; what a longer one says later can't be its default summary. */
const lookedAt = 1_000

const sectionMarker = /^\/\*.*?\*\/\s*/
const link = /\[\[(?:[^[\]|]*\|)?([^[\]|]*)\]\]/g
/** Marks of text direction, which some wikis put around names. */
const directionMarks = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Does the edit say, by tag or by comment, that it takes back others? Only edits can. */
export function isRevert(event: Pick<RecentChange, 'type' | 'comment' | 'tags'>): boolean {
  if (event.type !== 'edit') return false
  return event.tags.some(tag => revertTags.has(tag)) || saysRevert(event.comment)
}

/** Is the comment one of those that undo, rollback and the tools around them write? */
export function saysRevert(comment: string): boolean {
  if (comment === '') return false
  const raw = comment.slice(0, lookedAt)
  if (rawRevertPatterns.some(([, , pattern]) => pattern.test(raw))) return true
  const plain = plainComment(raw)
  return revertPatterns.some(([, , pattern]) => pattern.test(plain))
}

/** The comment as a reader sees it: without section marker and direction marks, each link as the text it shows. */
export function plainComment(comment: string): string {
  return comment
    .normalize('NFC')
    .replace(directionMarks, '')
    .replace(sectionMarker, '')
    .replace(link, '$1')
    .replace(/\s+/g, ' ')
    .trim()
}
