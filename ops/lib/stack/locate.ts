import { type Expression, type ObjectExpression, type Program, parse } from 'acorn'

/** The way to a field: `['operator', 'cidrs', 0]`. */
export type FieldPath = readonly PropertyKey[]

/**
 * The line of a field in the source of a `wikiflow.config.ts`, counted from 1; of a field that isn't there, the
 * line of what it should stand in. Undefined when the source isn't plain JavaScript, or exports no `stack`.
 */
export function lineOf(source: string, path: FieldPath): number | undefined {
  const program = parseModule(source)
  const stack = program && exportedStack(program)
  if (!stack) return undefined
  let line = stack.line
  let node: Expression | undefined = stack.description
  for (const key of path) {
    const field = node && fieldOf(node, key)
    if (!field) break
    line = field.line
    node = field.value
  }
  return line
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
