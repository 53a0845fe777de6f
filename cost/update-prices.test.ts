import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { samplePriceList, sampleProduct, sampleS3 } from './sample-price-list.ts'

const script = fileURLToPath(new URL('update-prices.ts', import.meta.url))
const region = 'eu-central-1'
const s3 = samplePriceList('AmazonS3', region, sampleS3)
let folder: string
let prices: string
let server: Server | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prices-'))
  prices = join(folder, 'prices.json')
  await writeFile(
    prices,
    JSON.stringify({
      sources: { page: { where: 'https://example.org/s3', date: '2025-01-01' } },
      prices: [{ item: 's3:put', region, unit: '1000 requests', usd: 0.006, source: 'page' }],
    }),
  )
})
afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  await rm(folder, { recursive: true })
})

function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [script, '--prices', prices, ...args])
  let out = ''
  let err = ''
  child.stdout.on('data', chunk => {
    out += chunk
  })
  child.stderr.on('data', chunk => {
    err += chunk
  })
  return new Promise(settle => child.once('close', code => settle({ code, out, err })))
}

async function serve(answer: (path: string) => { text: string; cut?: number } | undefined): Promise<string> {
  const own = createServer((request, response) => {
    const found = answer(request.url ?? '')
    if (!found) {
      response.writeHead(404).end('NoSuchKey')
      return
    }
    response.setHeader('content-length', Buffer.byteLength(found.text))
    if (found.cut === undefined) response.end(found.text)
    else response.write(found.text.slice(0, found.cut), () => response.destroy())
  })
  server = own
  await new Promise<void>(done => own.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(own.address() as AddressInfo).port}`
}

test('what AWS’s list says is written, and said, with what it was before', async () => {
  const url = await serve(path =>
    path === `/AmazonS3/current/${region}/index.json` ? { text: s3 } : undefined,
  )
  const { code, out, err } = await run('--url', url, '--item', 's3:')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('s3:put in eu-central-1: 0.006 → 0.0054 (-10.0 %)\n')
  expect(out).toMatch(/\n5 prices are up to date in .*prices\.json\. Next: npx zx cost\/report\.ts\n$/)
  expect(JSON.parse(await readFile(prices, 'utf8')).prices).toHaveLength(5)
  expect(await readdir(folder)).toEqual(['prices.json'])
})

test('a download that breaks off leaves the prices as they were', async () => {
  const before = await readFile(prices, 'utf8')
  const url = await serve(() => ({ text: s3, cut: s3.indexOf('"OnDemand"') + 300 }))
  const { code, err } = await run('--url', url, '--item', 's3:')
  expect(code).toBe(1)
  expect(err).toMatch(/^The price list of AmazonS3 in eu-central-1: terminated: /)
  expect(await readFile(prices, 'utf8')).toBe(before)
})

test('files that were fetched already are read, and a dry run writes nothing', async () => {
  const before = await readFile(prices, 'utf8')
  await writeFile(join(folder, `AmazonS3-${region}.json`), s3)
  const { code, out } = await run('--from', folder, '--item', 's3:', '--region', region, '--dry-run')
  expect(code).toBe(0)
  expect(out).toMatch(/0\.006 → 0\.0054 .*Nothing was written \(--dry-run\)\.\n$/s)
  expect(await readFile(prices, 'utf8')).toBe(before)
})

test('an item that is two products is named with both, and nothing is written', async () => {
  const before = await readFile(prices, 'utf8')
  const address = (sku: string) =>
    sampleProduct(sku, 'Hrs', '0.005', { usagetype: 'EUC1-PublicIPv4:InUseAddress' })
  const list = samplePriceList('AmazonVPC', region, [
    address('IPV4000000000001'),
    address('IPV4000000000002'),
  ])
  await writeFile(join(folder, `AmazonVPC-${region}.json`), list)
  await writeFile(join(folder, `AmazonS3-${region}.json`), s3)
  const { code, err } = await run('--from', folder, '--item', 'ipv4', '--item', 's3:put')
  expect(code).toBe(1)
  expect(err).toMatch(/^ipv4: 2 products match, and one is wanted: IPV4000000000001 .* · IPV4000000000002 /)
  expect(err).toMatch(/\nNothing was written\. Name the items/)
  expect(await readFile(prices, 'utf8')).toBe(before)
})

test.each([
  [['--from', '/nowhere', '--item', 'ipv4'], /^\/nowhere\/AmazonVPC-eu-central-1\.json is not there/],
  [
    ['--url', 'http://127.0.0.1:9', '--item', 'ipv4'],
    /can't be reached \(.*\)\. With files that were fetched/,
  ],
  [['--item', 'lambda'], /^--item is 'lambda'; allowed: ec2:t3\.micro, /],
  [['--region', '../../etc', '--item', 'ipv4'], /^--region is '\.\.\/\.\.\/etc'; allowed: a region such as/],
  [['--nonsense'], /--nonsense/],
])('%j ends with a sentence and exit code 1', async (args, sentence) => {
  const { code, err } = await run(...args)
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(sentence) })
})

test('a region that AWS doesn’t have is said so', async () => {
  const url = await serve(() => undefined)
  const { code, err } = await run('--url', url, '--region', 'eu-moon-1', '--item', 'ipv4')
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/answers HTTP 404: is it a region/) })
})
