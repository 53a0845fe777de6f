import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { UserError } from '../ops/lib/script.ts'

/** Units, by how an item's name begins; the longest beginning counts. */
const units = {
  'ec2:': 'hour',
  'ec2:surplus-cpu': 'vCPU-hour',
  'ebs:': 'GB-month',
  'rds:db.': 'hour',
  'rds:gp3': 'GB-month',
  'rds:backup': 'GB-month',
  'rds:surplus-cpu': 'vCPU-hour',
  ipv4: 'hour',
  's3:storage': 'GB-month',
  's3:infrequent-access': 'GB-month',
  's3:infrequent-access-transition': '1000 requests',
  's3:put': '1000 requests',
  's3:get': '1000 requests',
  'transfer:': 'GB',
} as const

type Unit = (typeof units)[keyof typeof units]

/** What AWS asks for one unit of an item in a region. */
export type Price = {
  /** `ec2:t3.medium`, `rds:db.t4g.micro`, `s3:put`. */
  item: string
  region: string
  unit: Unit
  /** USD a unit, on demand, before tax and credit. */
  usd: number
  /** AWS's number for it in its price list. */
  sku?: string
  /** Where it was read: a URL, or the name of a list. */
  source: string
  /** Day of that list or, where it names none, of reading it: ISO. */
  date: string
}

const day = z.iso.date({ error: 'a day such as 2026-09-30' })
const fileSchema = z.strictObject({
  sources: z.record(z.string(), z.strictObject({ where: z.string().min(8), date: day })),
  prices: z.array(z.unknown()),
})

/** A price as the file has it: with the name of its source. */
type PriceEntry = Omit<Price, 'date'>

/** `cost/prices.json`: the sources, with their days, and the prices that name them. */
export type PriceFile = { sources: Record<string, { where: string; date: string }>; prices: PriceEntry[] }

const entrySchema = z.strictObject({
  item: z.string().regex(/^[a-z0-9]+(:[a-z0-9.-]+)?$/, { error: 'an item such as ec2:t3.medium' }),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: 'a region such as us-east-1' }),
  unit: z.enum(Object.values(units)),
  usd: z.number().positive().max(100, { error: 'USD a unit, 100 at most' }),
  sku: z
    .string()
    .regex(/^[A-Z0-9]{16}$/, { error: '16 capitals and digits' })
    .optional(),
  source: z.string(),
})

/**
 * Reads a price file's text as it stands.
 * @throws UserError that names the entry, what it holds, and what is allowed.
 */
export function parsePriceFile(text: string): PriceFile {
  const file = fileSchema.safeParse(parseJson(text))
  if (!file.success) throw wrong('the file', z.prettifyError(file.error))
  const { sources } = file.data
  const seen = new Set<string>()
  const entries = file.data.prices.map((given, index) => {
    const name = `entry ${index + 1}, ${JSON.stringify(given)}`
    const entry = entrySchema.safeParse(given)
    if (!entry.success) throw wrong(name, z.prettifyError(entry.error))
    const { sku, ...rest } = entry.data
    if (!Object.hasOwn(sources, rest.source)) {
      throw wrong(name, `source must be one of ${Object.keys(sources).join(' · ')}`)
    }
    const unit = unitOf(rest.item)
    if (unit !== rest.unit) throw wrong(name, `unit must be ${unit ?? 'that of a known item'}`)
    const key = `${rest.item} in ${rest.region}`
    if (seen.has(key)) throw wrong(name, `${key} has a price already`)
    seen.add(key)
    return { ...rest, ...(sku === undefined ? {} : { sku }) }
  })
  return { sources, prices: entries }
}

/**
 * Reads the prices of a price file's text, each with where and when it was read.
 * @throws UserError as `parsePriceFile` does.
 */
export function parsePrices(text: string): Price[] {
  const { sources, prices: entries } = parsePriceFile(text)
  return entries.map(entry => {
    const { where = '', date = '' } = sources[entry.source] ?? {}
    return { ...entry, source: where, date }
  })
}

/** The unit in which an item is priced; undefined for one that isn't known. */
export function unitOf(item: string): Unit | undefined {
  return Object.entries(units)
    .filter(([start]) => item.startsWith(start))
    .sort(([a], [b]) => b.length - a.length)[0]?.[1]
}

/** Where the prices stand. */
export const pricesFile = fileURLToPath(new URL('prices.json', import.meta.url))

let prices: Price[] | undefined

/**
 * The price of an item in a region; undefined where none is known: none is ever guessed.
 * @throws UserError when `cost/prices.json` holds garbage.
 */
export function findPrice(item: string, region: string): Price | undefined {
  prices ??= parsePrices(readFileSync(pricesFile, 'utf8'))
  return prices.find(price => price.item === item && price.region === region)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw wrong('the file', String(error))
  }
}

function wrong(what: string, why: string): UserError {
  return new UserError(`cost/prices.json: ${what}: ${why}`)
}
