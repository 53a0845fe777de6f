import { type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pick from 'stream-json/filters/pick.js'
import streamValues from 'stream-json/streamers/stream-values.js'
import { z } from 'zod'
import { UserError } from '../ops/lib/script.ts'
import { type Dimension, type Offer, type Product } from './price-list.ts'

const productSchema = z.object({
  sku: z.string(),
  productFamily: z.string().optional(),
  attributes: z.record(z.string(), z.string()),
})
const termSchema = z.object({
  sku: z.string(),
  priceDimensions: z.record(
    z.string(),
    z.object({
      unit: z.string(),
      beginRange: z.string().optional(),
      pricePerUnit: z.record(z.string(), z.string()),
    }),
  ),
})
const termsSchema = z.record(z.string(), termSchema)
const headSchema = z.object({
  offerCode: z.string(),
  version: z.string().regex(/^\d{14}$/),
  publicationDate: z.iso.datetime({ offset: true }),
})
const heads = ['offerCode', 'version', 'publicationDate'] as const

/** Ends the reading: what follows the on-demand terms is the larger half of EC2's file, and isn't needed. */
class Enough extends Error {}

/**
 * Reads a price-list file as it comes: hundreds of MB for EC2, of which only the products that somebody wants, and
 * their on-demand terms, stay in memory.
 * @param wanted whether a product is of use.
 * @throws UserError for a file that ends too early, is of another service, or is none.
 */
export async function readOffer(
  bytes: Readable,
  { service, region }: { service: string; region: string },
  wanted: (product: Product) => boolean,
): Promise<Offer> {
  const wrong = (why: string) => new UserError(`The price list of ${service} in ${region}: ${why}`)
  const head: Record<string, unknown> = {}
  const products: Product[] = []
  const terms = new Map<string, Dimension[][]>()
  let onDemand = false
  // Where each value that comes out of the stream stood in the file, in their order.
  const paths: string[][] = []
  const isPart = (stack: readonly (string | number | null)[]): boolean => {
    const path = stack.map(String)
    const [first, second] = path
    const part =
      path.length === 1
        ? heads.some(name => name === first)
        : first === 'products'
          ? path.length === 2
          : first === 'terms' && path.length === 3 && (second === 'OnDemand' || onDemand)
    if (part) paths.push(path)
    onDemand ||= part && second === 'OnDemand'
    return part
  }
  const take = ([first = '', second = '']: string[], value: unknown) => {
    if (first === 'products') {
      const { data } = productSchema.safeParse(value)
      if (data && wanted(data)) products.push(data)
    } else if (first !== 'terms') head[first] = value
    else if (second !== 'OnDemand') throw new Enough()
    else {
      const found = Object.values(termsSchema.safeParse(value).data ?? {})
      const sku = found[0]?.sku
      if (products.some(one => one.sku === sku)) {
        terms.set(
          sku ?? '',
          found.map(({ priceDimensions }) => Object.values(priceDimensions)),
        )
      }
    }
  }
  try {
    await pipeline(
      bytes,
      // Keys and values come whole: letter by letter they would be four times as many.
      pick.withParserAsStream({ filter: isPart, streamValues: false }),
      streamValues.asStream(),
      async (values: AsyncIterable<{ value: unknown }>) => {
        for await (const { value } of values) take(paths.shift() ?? [], value)
      },
    )
  } catch (error) {
    if (!(error instanceof Enough)) throw wrong(reasonOf(error))
  }
  const known = headSchema.safeParse(head)
  if (!known.success)
    throw wrong('it has no offerCode, version and publicationDate: is it a price-list file?')
  const { offerCode, version, publicationDate } = known.data
  if (offerCode !== service) throw wrong(`it is of ${offerCode}`)
  // Terms stand behind the products: without them some products may be missing too.
  if (!onDemand) throw wrong('it ends before its on-demand terms: fetch it again')
  return { service, region, version, date: publicationDate.slice(0, 10), products, terms }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message
}
