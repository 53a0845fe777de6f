import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { UserError } from '../ops/lib/script.ts'
import { readOffer } from './read-offer.ts'
import { samplePriceList, sampleProduct, sampleS3 } from './sample-price-list.ts'

const of = { service: 'AmazonS3', region: 'eu-central-1' }
const list = samplePriceList('AmazonS3', 'eu-central-1', sampleS3)

function read(text: string, size = 97) {
  const bytes = Buffer.from(text)
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  )
  return readOffer(Readable.from(chunks), of, () => true)
}

test('a download that breaks off is an error wherever it breaks, never half a list', async () => {
  const reserved = list.indexOf('"Reserved"')
  for (let end = 0; end < reserved; end += 211) {
    const result = await read(list.slice(0, end), 1_024).then(
      offer => `${offer.products.length} products, ${offer.terms.size} terms`,
      (error: unknown) => (error instanceof UserError ? 'refused' : String(error)),
    )
    expect([end, result]).toEqual([end, 'refused'])
  }
})

test.each([
  ['<html>moved</html>', /The price list of AmazonS3 in eu-central-1: /],
  ['', /is it a price-list file\?|Parser/],
  ['[]', /is it a price-list file\?/],
  ['{"offerCode":"AmazonS3"}', /is it a price-list file\?/],
  [
    '{"offerCode":{"a":1},"version":"20261015092225","publicationDate":"2026-10-15T09:22:25Z"}',
    /is it a price-list file\?/,
  ],
  [
    '{"offerCode":"AmazonS3","version":"20261015092225","publicationDate":"soon"}',
    /is it a price-list file\?/,
  ],
  [
    '{"offerCode":"AmazonS3","version":"../../..","publicationDate":"2026-10-15T09:22:25Z"}',
    /is it a price-list file\?/,
  ],
  [samplePriceList('AmazonVPC', 'eu-central-1', []), /it is of AmazonVPC/],
])('what is no price list of that service is refused: %s', async (text, sentence) => {
  await expect(read(text)).rejects.toThrow(UserError)
  await expect(read(text)).rejects.toThrow(sentence)
})

test('products that are garbage are passed over, and reserved terms are not read', async () => {
  const garbage = list
    .replace('"products": {', '"products": {"X": null, "Y": {"sku": 1}, "Z": [], ')
    .replace('"OnDemand": {', '"OnDemand": {"X": null, "Y": {"Y.Z": {"sku": "Y"}}, ')
  const offer = await read(garbage)
  expect(offer).toMatchObject({ version: '20261015092225', date: '2026-10-15' })
  expect(offer.products).toHaveLength(sampleS3.length)
  expect(offer.terms.get('S3PUT00000000001')).toEqual([
    [{ unit: 'Requests', beginRange: '0', pricePerUnit: { USD: '0.0000054' } }],
  ])
})

test('a file without reserved terms is read to its end', async () => {
  const plain = JSON.stringify({ ...JSON.parse(list), terms: { OnDemand: JSON.parse(list).terms.OnDemand } })
  expect((await read(plain)).terms.size).toBe(sampleS3.length)
})

test('reading stops where the on-demand terms end: the larger half of EC2’s file is not fetched', async () => {
  let asked = 0
  function* endless() {
    yield Buffer.from(list.slice(0, list.lastIndexOf('"attributesList"')))
    for (;;) {
      asked += 1
      yield Buffer.from(`"more${asked}": ${JSON.stringify('x'.repeat(10_000))},`)
    }
  }
  const bytes = Readable.from(endless())
  expect((await readOffer(bytes, of, () => true)).terms.size).toBe(sampleS3.length)
  expect(bytes.destroyed).toBe(true)
})

test('of a file only what is wanted is kept, with its terms', async () => {
  const many = Array.from({ length: 2_000 }, (_, index) =>
    sampleProduct(`SKU${String(index).padStart(13, '0')}`, 'Hrs', '0.1', {
      usagetype: `BoxUsage:x.${index}`,
    }),
  )
  const bytes = Buffer.from(samplePriceList('AmazonS3', 'eu-central-1', many))
  const offer = await readOffer(
    Readable.from([bytes]),
    of,
    ({ attributes }) => attributes.usagetype === 'BoxUsage:x.7',
  )
  expect(offer.products.map(({ sku }) => sku)).toEqual(['SKU0000000000007'])
  expect([...offer.terms.keys()]).toEqual(['SKU0000000000007'])
})
