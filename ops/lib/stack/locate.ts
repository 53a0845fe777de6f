import { type Expression, type ObjectExpression, type Program, parse } from 'acorn'

/** The way to a field: `['operator', 'cidrs', 0]`. */
export type FieldPath = readonly PropertyKey[]

/**
 * The line of a field in the source of a `wikiflow.config.ts`, counted from 1; of a field that isn't there, the
 * line of what it should stand in. Undefined when the source isn't plain JavaScript, or exports no `stack`.
 */
export function lineOf(source: string, path: FieldPath): number | undefined {
  return findField(source, path)?.line
}

/** How far a field is found in a source. */
type FoundField = {
  line: number
  /** The value of the last part of the way that is there; undefined when that is computed. */
  value: Expression | undefined
  /** How many parts of the way are there: all of them for a field that is. */
  depth: number
}

/** Looks for a field in the source of a description; undefined as for `lineOf`. */
export function findField(source: string, path: FieldPath): FoundField | undefined {
  const program = parseModule(source)
  const stack = program && exportedStack(program)
  if (!stack) return undefined
  let found: FoundField = { line: stack.line, value: stack.description, depth: 0 }
  for (const key of path) {
    const field = found.value && fieldOf(found.value, key)
    if (!field) break
    found = { ...field, depth: found.depth + 1 }
  }
  return found
}

function parseModule(source: string): Program | undefined {
  try {
    return parse(source, { ecmaVersion: 'latest', sourceType: 'module', locations: true })
  } catch {
    return undefined
  }
}

/** `export const stack = …`: what stands behind it, inside the call of `defineStack` if there is one. */
function exportedStack(program: Program): { line: number; description: Expression | undefined } | undefined {
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration') continue
    if (statement.declaration?.type !== 'VariableDeclaration') continue
    for (const { id, init, loc } of statement.declaration.declarations) {
      if (id.type !== 'Identifier' || id.name !== 'stack' || !loc) continue
      const argument = init?.type === 'CallExpression' ? init.arguments[0] : init
      const description = argument?.type === 'SpreadElement' ? undefined : (argument ?? undefined)
      return { line: loc.start.line, description }
    }
  }
  return undefined
}

function fieldOf(node: Expression, key: PropertyKey): { line: number; value: Expression } | undefined {
  if (node.type === 'ArrayExpression') {
    const element = node.elements[Number(key)]
    if (!element?.loc || element.type === 'SpreadElement') return undefined
    return { line: element.loc.start.line, value: element }
  }
  return node.type === 'ObjectExpression' ? propertyOf(node, key) : undefined
}

function propertyOf(
  node: ObjectExpression,
  key: PropertyKey,
): { line: number; value: Expression } | undefined {
  // A key that is written twice holds what the last one says.
  for (const property of node.properties.toReversed()) {
    if (property.type !== 'Property' || property.computed || !property.loc) continue
    const name =
      property.key.type === 'Identifier'
        ? property.key.name
        : property.key.type === 'Literal'
          ? String(property.key.value)
          : undefined
    if (name === String(key)) return { line: property.loc.start.line, value: property.value }
  }
  return undefined
}
