import ipaddr from 'ipaddr.js'

/** Who made a change. */
export type EditorKind = 'bot' | 'registered' | 'ipv4' | 'ipv6' | 'temporary' | 'hidden'

/**
 * Temporary accounts are named `~`, the year, and a number parted by hyphens: `~2026-12345-67`
 * (MediaWiki's AutoCreateTempUser, whose `matchPattern` on Wikimedia's wikis is `~2$1`).
 */
const temporary = /^~2\d{3}(-\d+)+$/

/** Classifies the editor by the bot flag and the name; `hidden` when the source left the name out. */
export function editorKind(user: string | undefined, bot: boolean): EditorKind {
  if (bot) return 'bot'
  if (user === undefined || user === '') return 'hidden'
  if (temporary.test(user)) return 'temporary'
  if (ipaddr.IPv4.isValidFourPartDecimal(user)) return 'ipv4'
  if (user.includes(':') && !user.includes('%') && ipaddr.IPv6.isValid(user)) return 'ipv6'
  return 'registered'
}
