import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { rules } from './price-list.ts'
import { type PriceFile, parsePriceFile } from './prices.ts'
import { readOffer } from './read-offer.ts'
import { changeLine, pickAll, refreshed } from './refresh-prices.ts'
import { samplePriceList, sampleS3 } from './sample-price-list.ts'

const region = 'eu-central-1'
const old: PriceFile = {
  sources: {
    hearsay: { where: 'https://example.org/s3', date: '2025-01-01' },
    page: { where: 'https://example.org/rds', date: '2026-01-01' },
  },
  prices: [
    { item: 's3:put', region, unit: '1000 requests', usd: 0.006, source: 'hearsay' },
    { item: 's3:put', region: 'us-east-1', unit: '1000 requests', usd: 0.005, source: 'page' },
  ],
}
const s3 = rules.filter(({ service }) => service === 'AmazonS3')

async function offerOf(products = sampleS3) {
  const text = samplePriceList('AmazonS3', region, products)
  return await readOffer(Readable.from([Buffer.from(text)]), { service: 'AmazonS3', region }, () => true)
}

test('what was read is written with its edition; the rest stays, and sources that nothing names go', async () => {
  const offer = await offerOf()
  const picked = pickAll(s3, offer)
  if ('errors' in picked) throw new Error(picked.errors.join())
  const { file, changes } = refreshed(old, offer, picked.found)
  expect(changes.map(changeLine)).toEqual([
    's3:storage in eu-central-1: 0.0245, not known before',
    's3:infrequent-access in eu-central-1: 0.0135, not known before',
    's3:put in eu-central-1: 0.006 → 0.0054 (-10.0 %)',
    's3:get in eu-central-1: 0.00043, not known before',
    's3:infrequent-access-transition in eu-central-1: 0.01, not known before',
  ])
  expect(file.sources).toEqual({
    page: old.sources.page,
    'AmazonS3 eu-central-1, 2026-10-15': {
      where:
        'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonS3/20261015092225/eu-central-1/index.json',
      date: '2026-10-15',
    },
  })
  expect(file.prices.at(-1)).toEqual(old.prices[1])
  expect(parsePriceFile(JSON.stringify(file))).toEqual(file)
  const again = refreshed(file, offer, picked.found)
  expect(again.file).toEqual(file)
  expect(again.changes.map(changeLine)).toContain('s3:put in eu-central-1: 0.0054, as before')
})

test('one item without a product gives no prices at all, and each such item is named', async () => {
  const picked = pickAll(s3, await offerOf(sampleS3.filter(({ sku }) => !/GET|MOVE/.test(sku))))
  expect(picked).toEqual({
    errors: [
      expect.stringMatching(/^s3:get: no product matches/),
      expect.stringMatching(/^s3:infrequent-access-transition: no product matches/),
    ],
  })
})
