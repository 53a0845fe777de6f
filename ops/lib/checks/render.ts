import { type Result } from './check.ts'

/** Colours, or none where the output is no terminal. */
type Paint = (code: number, text: string) => string

const marks: Record<Result['state'], { word: string; colour: number }> = {
  ok: { word: 'ok', colour: 32 },
  warning: { word: 'warning', colour: 33 },
  failed: { word: 'failed', colour: 31 },
  skipped: { word: '-', colour: 2 },
}
const widest = Math.max(...Object.values(marks).map(({ word }) => word.length))

/** Where results are shown. */
export type Layout = {
  /** Columns of the titles. */
  width: number
  /** Columns of a line; undefined breaks none. */
  columns?: number | undefined
  isTerminal: boolean
  /** Columns that stand before each result (default 0). */
  margin?: number
}

/** A result as lines that stand in columns: state, title, what was found, and below it what to do. */
export function renderResult(result: Result, { width, columns, isTerminal, margin = 0 }: Layout): string {
  const paint: Paint = isTerminal ? (code, text) => `\u001b[${code}m${text}\u001b[0m` : (_, text) => text
  const { word, colour } = marks[result.state]
  const indent = ' '.repeat(margin + widest + width + 4)
  const room = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(20, columns - indent.length)
  const below = (text: string) => wrap(printable(text), room).join(`\n${indent}`)
  const line = `${paint(colour, word.padEnd(widest))}  ${result.title.padEnd(width)}  ${below(result.found)}`
  return result.fix === undefined ? line : `${line}\n${indent}${paint(36, below(`→ ${result.fix}`))}`
}

/** Lines of at most so many columns, broken between words; a longer word, a command's path say, stays whole. */
export function wrap(text: string, room: number): string[] {
  return text.split('\n').flatMap(given => {
    const lines: string[] = []
    let line = ''
    for (const word of given.split(' ')) {
      if (line && line.length + 1 + word.length > room) {
        lines.push(line)
        line = word
      } else line = line ? `${line} ${word}` : word
    }
    return [...lines, line]
  })
}

/** The widest title, in columns. */
export function titleWidth(checks: readonly { title: string }[]): number {
  return Math.max(0, ...checks.map(({ title }) => title.length))
}

/** Names come from AWS and files: what controls a terminal shows as an escape. */
function printable(text: string): string {
  return text.replaceAll(
    /[^\P{C}\n]/gu,
    letter => `\\u{${letter.codePointAt(0)?.toString(16).padStart(2, '0')}}`,
  )
}

/** Hands results on in the order of their checks, each as soon as all before it are there. */
export function inOrder(
  checks: readonly { id: string }[],
  print: (result: Result) => void,
): (result: Result) => void {
  const there = new Map<string, Result>()
  let next = 0
  return result => {
    there.set(result.id, result)
    for (let one = there.get(checks[next]?.id ?? ''); one; one = there.get(checks[++next]?.id ?? '')) {
      print(one)
      there.delete(one.id)
    }
  }
}
