import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testStack } from '../cloud/test-context.ts'
import { describedSize } from './description.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-scale-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const hostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReVdnpNgM1ylpqXGSSbeXYb1WBV2vQP'
const host = (name: string) => ({ name, address: `${name}.example.org`, user: 'deployer', hostKey })
const least = {
  stack: 'wikiflow',
  hosts: [host('host-1'), host('host-2')],
  database: { host: 'db.example.org', owner: 'owner', passwordFile: 'password', caFile: 'ca.pem' },
  lake: { url: 's3://a-bucket/wikiflow' },
}

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

test('a target that says neither number has three workers on all its hosts, and says so once asked to', async () => {
  const path = write('least.json', JSON.stringify(least, null, 2))
  const description = await describedSize({ target: path, state: folder })
  expect(description).toMatchObject({ says: { workers: 3, nodes: 2 }, mostNodes: 2 })
  await description.save({ nodes: 1 })
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ ...least, nodes: 1 })
})

test('the number that stands there is not written again', async () => {
  const path = write('same.json', JSON.stringify(least))
  const description = await describedSize({ target: path, state: folder })
  const { mtimeMs } = statSync(path)
  await description.save({ nodes: 2, workers: 3 })
  expect(statSync(path).mtimeMs).toBe(mtimeMs)
})

test('what somebody has written into the file meanwhile stays, and so do its mode and a link to it', async () => {
  const path = write('linked.json', JSON.stringify(least))
  chmodSync(path, 0o640)
  const link = join(folder, 'link.json')
  symlinkSync(path, link)
  const description = await describedSize({ target: link, state: folder })
  writeFileSync(path, JSON.stringify({ ...least, logLevel: 'debug' }))
  await description.save({ workers: 5 })
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ ...least, logLevel: 'debug', workers: 5 })
  expect(statSync(path).mode & 0o777).toBe(0o640)
  expect(readFileSync(link, 'utf8')).toBe(readFileSync(path, 'utf8'))
  expect(readdirSync(folder).filter(name => name.endsWith('.part'))).toEqual([])
})

test('a stack on AWS has as many hosts as it is given; a number that is computed is left alone, and checked beforehand', async () => {
  const text = `const count = 2\nexport const stack = ${JSON.stringify(testStack).replace('"count":1', 'count:count')}\n`
  const path = write('wikiflow.config.ts', text)
  const description = await describedSize({ config: path, state: folder })
  expect(description).toMatchObject({ says: { workers: 3, nodes: 2 }, mostNodes: undefined })
  await expect(description.check({ nodes: 3 })).rejects.toThrow(
    /:2 {2}host\.count is computed, by 'count': write 3 there by hand/,
  )
  await description.save({ workers: 6 })
  expect(readFileSync(path, 'utf8')).toBe(text.replace('"workers":3', '"workers":6'))
})
