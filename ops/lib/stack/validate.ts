import { z } from 'zod'
import { UserError } from '../script.ts'
import { type FieldPath, lineOf } from './locate.ts'
import { nearest } from './nearest.ts'
import { type Stack, stackSchema } from './schema.ts'
import { showValue } from './show-value.ts'

/** Lines of one error: a wrong list may hold thousands of wrong entries. */
const mostLines = 20

/**
 * Checks a description and gives the stack.
 * @param file the name that errors begin with.
 * @param source the file's text, from which errors have their line.
 * @throws UserError with a line for each field that is wrong: where it stands, what it is, what is allowed.
 */
export function validateStack(description: unknown, file: string, source: string): Stack {
  const problems = problemsOf(description)
  if (Array.isArray(problems)) {
    const lines = problems.map(({ path, says }) => {
      const line = lineOf(source, path)
      return `${file}${line === undefined ? '' : `:${line}`}  ${says}`
    })
    const more = lines.length > mostLines ? [`… and ${lines.length - mostLines} more`] : []
    throw new UserError([...lines.slice(0, mostLines), ...more].join('\n'))
  }
  return problems
}

/** A field that is wrong, and the sentence that says so. */
export type Problem = { path: FieldPath; says: string }

/** What is wrong with a description, or the stack that it describes. */
export function problemsOf(description: unknown): Problem[] | Stack {
  const { success, data, error } = stackSchema.safeParse(description)
  if (success) return data
  return error.issues.flatMap(issue => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map(key => ({ path: [...issue.path, key], says: unknownField(issue.path, key) }))
    }
    const value = showValue(valueAt(description, issue.path))
    return [{ path: issue.path, says: `${nameOf(issue.path)} is ${value}; allowed: ${issue.message}` }]
  })
}

/** The value of a field that isn't known is not shown: it may be a secret that was put there by mistake. */
function unknownField(path: FieldPath, key: string): string {
  const fields = fieldsAt(path)
  const meant = nearest(key, fields)
  const name = showValue(key).slice(1, -1)
  const what = `${nameOf(path, '')}${path.length > 0 ? '.' : ''}${name} isn't a field`
  return `${what}${meant ? `; did you mean ${meant}?` : ''} (allowed: ${fields.join(', ')})`
}

function fieldsAt(path: FieldPath): string[] {
  let schema: unknown = stackSchema
  for (const key of path) schema = schema instanceof z.ZodObject ? schema.shape[String(key)] : undefined
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

/** `operator.cidrs[0]`. */
function nameOf(path: FieldPath, root = 'stack'): string {
  if (path.length === 0) return root
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`))
    .join('')
}

function valueAt(description: unknown, path: FieldPath): unknown {
  let value = description
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
  return value
}
