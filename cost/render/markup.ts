import { visible } from '../../ops/lib/cloud/fact-text.ts'

/** Markup that stands as it is; made by `markup` or by a renderer that escapes what it is given. */
export class Markup {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }

  toString(): string {
    return this.source
  }
}

type Filling = string | number | Markup | readonly Markup[] | undefined

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * A template for HTML and SVG: text that is filled in is escaped, and characters that can't be seen are spelled out;
 * markup stays, lists of it are joined, undefined is nothing.
 */
export function markup(strings: TemplateStringsArray, ...fillings: readonly Filling[]): Markup {
  return new Markup(
    strings.map((text, index) => `${text}${index < fillings.length ? filled(fillings[index]) : ''}`).join(''),
  )
}

/** Text as it may stand between tags or in a quoted attribute. */
export function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, found => entities[found] ?? '')
}

function filled(filling: Filling): string {
  if (filling === undefined) return ''
  if (filling instanceof Markup) return filling.source
  if (typeof filling === 'object') return filling.map(one => one.source).join('\n')
  return escaped(String(filling))
}
