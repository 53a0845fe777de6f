import { phrasesOf } from './phrases.ts'
import { between, chance, type Random, rank } from './random.ts'
import { type Wiki } from './wikis.ts'

/** Who made the change; without a name when the wiki has hidden it. */
export type Editor = { name: string | undefined; bot: boolean }

/** Blocks kept for documentation (RFC 5737 and RFC 3849): no address here is anybody's. */
const ipv4Blocks = ['192.0.2', '198.51.100', '203.0.113'] as const
const ipv6Block = '2001:DB8'

/**
 * An editor. Of the people 4 % have a temporary account, 3 % are addresses, 0.2 % hidden; these shares are chosen,
 * so that every kind is seen within some hundred events. All names are invented. `year` stands in temporary names.
 */
export function pickEditor(random: Random, wiki: Wiki, botShare: number, year: number): Editor {
  if (chance(random, botShare)) return { name: botName(random), bot: true }
  const kind = random()
  if (kind < 0.002) return { name: undefined, bot: false }
  if (kind < 0.017) return { name: ipv4(random), bot: false }
  if (kind < 0.032) return { name: ipv6(random), bot: false }
  if (kind < 0.072) {
    return { name: `~${year}-${between(random, 10_000, 99_999)}-${between(random, 1, 99)}`, bot: false }
  }
  return { name: registeredName(random, wiki), bot: false }
}

/** The name of a registered person: in the wiki's own script, with all that MediaWiki allows in a name. */
export function registeredName(random: Random, wiki: Wiki): string {
  const number = 10 + rank(random, 60_000)
  const name = `${phrasesOf(wiki.language).editor}${number}`
  if (number % 97 === 0) return `${name} "O'Neil" & Co`
  if (number % 89 === 0) return `${name} 🦊`
  return name
}

function botName(random: Random): string {
  return `Editor${100 + rank(random, 400)}Bot`
}

function ipv4(random: Random): string {
  const block = ipv4Blocks[between(random, 0, 2)] ?? ipv4Blocks[0]
  return `${block}.${between(random, 1, 254)}`
}

/** As MediaWiki writes them: upper case, no `::`. */
function ipv6(random: Random): string {
  const groups = Array.from({ length: 6 }, () => between(random, 0, 0xffff).toString(16).toUpperCase())
  return [ipv6Block, ...groups].join(':')
}
