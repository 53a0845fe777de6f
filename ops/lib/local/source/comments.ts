import { type Editor, registeredName } from './editors.ts'
import { type Page, pickMember } from './pages.ts'
import { phrasesOf } from './phrases.ts'
import { between, chance, normal, pick, type Random } from './random.ts'
import { type Wiki } from './wikis.ts'

/** Longest edit summary, in characters (MediaWiki's CommentStore::COMMENT_CHARACTER_LIMIT). */
const longestComment = 500

/** Of the edits outside Commons and Wikidata, how many take an earlier one back; chosen. */
const revertShare = 0.06

const commonsComments = [
  '/* wbeditentity-statements-multiple-properties-add:0||4 */ automatically adding [[Commons:Structured data|structured data]] based on file information',
  'Moving from [[Category:Views of castles]] to [[Category:Castles by view]]',
  'Uploaded a work by {{own}} with UploadWizard',
  '/* wbsetclaim-create:2||1 */ [[d:Special:EntityPage/P180]]: [[d:Special:EntityPage/Q23413]], depicts',
  'removed [[Category:Media needing categories]]; added [[Category:Stations]]',
] as const

const wikidataComments = [
  '/* wbsetclaim-create:2||1 */ [[Property:P31]]: [[Q5]], #quickstatements; batch by tool',
  '/* wbsetreference-add:2| */ [[Property:P577]]: 12 May 2009',
  '/* wbcreateclaim-create:1| */ [[Property:P2860]]: [[Q21090025]]',
  '/* wbsetlabel-add:1|ar */ نهر القلعة',
  '/* wbsetdescription-add:1|ja */ 日本の駅',
  '/* wbeditentity-update:0| */ add claims from Crossref & PubMed <batch 17>',
] as const

/** The summary of a change by that editor to that page. */
export function pickComment(
  random: Random,
  wiki: Wiki,
  page: Page,
  editor: Editor,
  revision: number,
): string {
  const comment = shortComment(random, wiki, page, editor, revision)
  return `${comment} ${someWords(random, wiki, drawLength(random))}`.slice(0, longestComment).trim()
}

/** What the software says when a page gets into a category, or out of it, in the wiki's language. */
export function pickCategoryComment(random: Random, wiki: Wiki): string {
  const { added, removed } = phrasesOf(wiki.language)
  return fill(chance(random, 0.7) ? added : removed, { page: pickMember(random, wiki).title })
}

function shortComment(random: Random, wiki: Wiki, page: Page, editor: Editor, revision: number): string {
  if (wiki.project === 'commons') return pick(random, commonsComments)
  if (wiki.project === 'wikidata') return pick(random, wikidataComments)
  const phrases = phrasesOf(wiki.language)
  if (!editor.bot && chance(random, revertShare)) {
    const undone = registeredName(random, wiki)
    const template = chance(random, 0.5) ? phrases.undo : phrases.rollback
    return fill(template, { rev: String(revision - 7), user: undone, to: editor.name ?? undone })
  }
  const summary = pick(random, phrases.summaries)
  return chance(random, 0.1) ? `${summary} [[${page.title}]]` : summary
}

/** How many bytes of words a comment has more: mostly a few, one in 200 goes to the limit. */
function drawLength(random: Random): number {
  return chance(random, 0.005) ? 4 * longestComment : Math.exp(normal(random, 4.35, 1.15))
}

/** Words of the wiki's language, of about so many bytes of UTF-8. */
function someWords(random: Random, wiki: Wiki, bytes: number): string {
  const { words } = phrasesOf(wiki.language)
  const drawn: string[] = []
  for (let left = bytes; left > 0; ) {
    const word = chance(random, 0.1) ? String(between(random, 1, 9_999)) : pick(random, words)
    drawn.push(word)
    left -= Buffer.byteLength(word) + 1
  }
  return drawn.join(' ')
}

function fill(template: string, values: Record<string, string>): string {
  return template.replace(/\$(\w+)/g, (name, key: string) => values[key] ?? name)
}
