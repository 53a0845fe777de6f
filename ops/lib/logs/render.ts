import { prettyFactory } from 'pino-pretty'
import { visible } from '../cloud/fact-text.ts'
import { type LogLine } from './line.ts'

/** How lines are shown: for people on a terminal, as they are for programs that read lines, or as JSON. */
export type LogStyle = 'terminal' | 'plain' | 'json'

/** Colours that tell containers apart, as ANSI numbers; red is for errors. */
const colours = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94]

/** Gives what writes a line in a style. */
export function logRenderer(style: LogStyle): (line: LogLine) => string {
  if (style === 'json') return line => escaped(JSON.stringify(asObject(line)))
  if (style === 'plain') return line => `${line.time} ${nameOf(line)} | ${visible(line.text)}`
  const colourOf = rotating(colours)
  const pretty = prettyFactory({
    colorize: true,
    singleLine: true,
    ignore: 'service,pid,hostname',
    translateTime: 'UTC:HH:MM:ss',
  })
  return line => {
    const name = nameOf(line)
    const prefix = `\u001b[${colourOf(name)}m${name.padEnd(nameWidth)}\u001b[0m | `
    const entry = parseEntry(line.text)
    const text = entry ? pretty(harmless(entry)) : `${line.time.slice(11, 19)} ${visible(line.text)}`
    return text
      .trimEnd()
      .split('\n')
      .map(one => prefix + one)
      .join('\n')
  }
}

/** The widest of the usual names, `dashboard.1`. */
const nameWidth = 11

function nameOf({ service, replica }: LogLine): string {
  return visible(`${service}.${replica}`)
}

function asObject({ text, ...where }: LogLine): object {
  const entry = parseEntry(text)
  return entry ? { ...where, entry } : { ...where, text }
}

/** JSON with what acts on a terminal escaped that JSON itself leaves as it is; it means the same. */
function escaped(json: string): string {
  return json.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, found =>
    found
      .split('')
      .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

/** A line of our services' own: a JSON object with a level. */
function parseEntry(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) && typeof value.level === 'number' ? value : undefined
  } catch {
    return undefined
  }
}

/** Its texts without what acts on a terminal; the lines of a stack stay lines. */
function harmless(value: unknown): unknown {
  if (typeof value === 'string') return value.split('\n').map(visible).join('\n')
  if (Array.isArray(value)) return value.map(harmless)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [visible(name), harmless(one)]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function rotating(list: readonly number[]): (name: string) => number {
  const given = new Map<string, number>()
  return name => {
    const known = given.get(name) ?? list[given.size % list.length] ?? 0
    given.set(name, known)
    return known
  }
}
