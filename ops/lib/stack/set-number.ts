import { type ObjectExpression } from 'acorn'
import { UserError } from '../script.ts'
import { type FieldPath, findField } from './locate.ts'
import { showValue } from './show-value.ts'

/** A description as it stands in a file. */
export type DescriptionText = {
  /** The name that errors begin with. */
  file: string
  source: string
  /** `module` exports a `stack`; JSON is nothing but the description. */
  format: 'module' | 'json'
}

/** JSON is an expression of the language in which fields are looked for. */
const moduleHead = 'export const stack = '

/**
 * The text of a description in which a field is another number; all else stays as it is, comments and format too. A
 * field that isn't there yet is put where it belongs.
 * @throws UserError when what stands there isn't a number but computed: then it is the reader's to change.
 */
export function setNumber(text: DescriptionText, path: readonly string[], value: number): string {
  if (text.format === 'module') return changed(text, path, value)
  const module = changed({ ...text, source: `${moduleHead}${text.source}` }, path, value)
  return module.slice(moduleHead.length)
}

function changed({ file, source, format }: DescriptionText, path: readonly string[], value: number): string {
  const found = findField(source, path)
  const byHand = (stands: string, line?: number) =>
    new UserError(
      `${file}${line === undefined ? '' : `:${line}`}  ${path.join('.')} ${stands}: write ${value} there by hand, and run the same command again`,
    )
  if (!found) throw byHand("can't be found in it")
  const node = found.value
  if (found.depth < path.length) {
    if (node?.type !== 'ObjectExpression') throw byHand('belongs into what is computed', found.line)
    // What is spread into it may hold the field.
    if (node.properties.some(({ type }) => type !== 'Property'))
      throw byHand('may be spread into it', found.line)
    return inserted(source, node, path.slice(found.depth), { value, format })
  }
  if (node?.type !== 'Literal' || typeof node.value !== 'number') {
    const stands = node ? showValue(source.slice(node.start, node.end)) : 'something'
    throw byHand(`is computed, by ${stands}`, found.line)
  }
  return source.slice(0, node.start) + String(value) + source.slice(node.end)
}

/** Puts a field in front of an object's others, on a line of its own where they have one. */
function inserted(
  source: string,
  { start, end, properties }: ObjectExpression,
  path: FieldPath,
  { value, format }: { value: number; format: DescriptionText['format'] },
): string {
  const key = (name: PropertyKey) => (format === 'json' ? JSON.stringify(String(name)) : String(name))
  const [name = '', ...inner] = path
  const field = inner.reduceRight<string>((content, part) => `{ ${key(part)}: ${content} }`, String(value))
  const [first] = properties
  if (!first) return `${source.slice(0, start)}{ ${key(name)}: ${field} }${source.slice(end)}`
  const between = source.slice(start + 1, first.start)
  const ownLine = /\n[ \t]*$/.exec(between)
  const pause = ownLine ? ownLine[0] : ' '
  // In front of what is said about the first field.
  const at = ownLine ? start + 1 : first.start
  const text = ownLine ? `${pause}${key(name)}: ${field},` : `${key(name)}: ${field},${pause}`
  return source.slice(0, at) + text + source.slice(at)
}
