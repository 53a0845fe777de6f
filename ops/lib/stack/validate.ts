import { z } from 'zod'
import { UserError } from '../script.ts'
import { type FieldPath, lineOf } from './locate.ts'
import { nearest } from './nearest.ts'
import { type Stack, stackSchema } from './schema.ts'
import { showValue } from './show-value.ts'

/** Lines of one error: a wrong list may hold thousands of wrong entries. */
const mostLines = 20

/** Checks the description of a stack, as `checked` does. */
export function validateStack(description: unknown, file: string, source: string): Stack {
  return checked(stackSchema, description, { file, source, root: 'stack' })
}

/** What is checked, for the sentences about it. */
type Origin = {
  /** The name that errors begin with. */
  file: string
  /** The file's text, from which errors have their line. */
  source: string
  /** What the whole is called. */
  root: string
}

/**
 * Checks what a file says by a schema whose messages say what is allowed.
 * @throws UserError with a line for each field that is wrong: where it stands, what it is, what is allowed.
 */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  description: unknown,
  { file, source, root }: Origin,
): z.output<Schema> {
  const problems = findProblems(schema, description, root)
  if (!Array.isArray(problems)) return problems.data
  const lines = problems.map(({ path, says }) => {
    const line = lineOf(source, path)
    return `${file}${line === undefined ? '' : `:${line}`}  ${says}`
  })
  const more = lines.length > mostLines ? [`… and ${lines.length - mostLines} more`] : []
  throw new UserError([...lines.slice(0, mostLines), ...more].join('\n'))
}

/** A field that is wrong, and the sentence that says so. */
export type Problem = { path: FieldPath; says: string }

/** What is wrong with the description of a stack, or the stack that it describes. */
export function problemsOf(description: unknown): Problem[] | Stack {
  const problems = findProblems(stackSchema, description, 'stack')
  return Array.isArray(problems) ? problems : problems.data
}

function findProblems<Schema extends z.ZodType>(
  schema: Schema,
  description: unknown,
  root: string,
): Problem[] | { data: z.output<Schema> } {
  const { success, data, error } = schema.safeParse(description)
  if (success) return { data }
  return error.issues.flatMap(issue => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map(key => ({
        path: [...issue.path, key],
        says: unknownField(schema, issue.path, key),
      }))
    }
    const value = showValue(valueAt(description, issue.path))
    return [{ path: issue.path, says: `${nameOf(issue.path, root)} is ${value}; allowed: ${issue.message}` }]
  })
}

/** The value of a field that isn't known is not shown: it may be a secret that was put there by mistake. */
function unknownField(schema: z.ZodType, path: FieldPath, key: string): string {
  const fields = fieldsAt(schema, path)
  const meant = nearest(key, fields)
  const name = showValue(key).slice(1, -1)
  const what = `${nameOf(path, '')}${path.length > 0 ? '.' : ''}${name} isn't a field`
  return `${what}${meant ? `; did you mean ${meant}?` : ''} (allowed: ${fields.join(', ')})`
}

function fieldsAt(whole: z.ZodType, path: FieldPath): string[] {
  let schema: unknown = bare(whole)
  for (const key of path) {
    if (schema instanceof z.ZodArray) schema = bare(schema.element)
    else schema = schema instanceof z.ZodObject ? bare(schema.shape[String(key)]) : undefined
  }
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

/** A schema without what makes its value optional. */
function bare(schema: unknown): unknown {
  const isWrapped =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
  return isWrapped ? bare(schema.unwrap()) : schema
}

/** `operator.cidrs[0]`. */
function nameOf(path: FieldPath, root: string): string {
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
