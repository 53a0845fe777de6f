import { mkdtempSync, rmSync } from 'node:fs'
import { copyFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DescribeKeyPairsCommand, ImportKeyPairCommand } from '@aws-sdk/client-ec2'
import { expect, onTestFinished, test } from 'vitest'
import { fingerprint, makeKey } from '../ssh-key.ts'
import { mockedContext } from '../test-mocked.ts'
import { partsOnMoto, provision } from '../test-moto.ts'
import { keyPairPart } from './key-pair.ts'

const { open } = partsOnMoto()
const settled = { lines: ['same key-pair'], obstacles: [], failures: [] }

test('a key is made on this machine alone, and EC2 gets its public half', async () => {
  const context = await open({ name: 'made' })
  const plan = await keyPairPart(context).find()
  expect(plan).toBe(undefined)
  expect(await stat(context.files.sshKey).catch(() => 'no file')).toBe('no file')

  expect(await provision(context, [keyPairPart(context)])).toEqual({
    lines: ['create key-pair'],
    obstacles: [],
    failures: [],
  })
  expect((await stat(context.files.sshKey)).mode & 0o777).toBe(0o600)
  expect((await stat(context.files.folder)).mode & 0o777).toBe(0o700)
  const half = await makeKey(context.files.sshKey, 'not made again')
  expect((await keyPairPart(context).find())?.outputs).toEqual({ fingerprint: fingerprint(half) })
  expect(await provision(context, [keyPairPart(context)])).toEqual(settled)
})

test('a machine that has not the key is told where it should be, and makes no other one', async () => {
  const context = await open({ name: 'elsewhere' })
  const { sshKey } = context.files
  await provision(context, [keyPairPart(context)])
  await rename(sshKey, `${sshKey}.kept`)
  const { obstacles } = await provision(context, [keyPairPart(context)])
  expect(obstacles).toEqual([expect.stringContaining(`${sshKey} is missing or another one; copy it`)])
  expect(await stat(sshKey).catch(() => 'no file')).toBe('no file')

  // To plan, it is enough to know which key it is.
  await copyFile(`${sshKey}.pub`, join(dirname(sshKey), 'public-key'))
  expect(await provision(context, [keyPairPart(context)])).toEqual(settled)
  await rm(join(dirname(sshKey), 'public-key'))

  await rename(`${sshKey}.kept`, sshKey)
  expect(await provision(context, [keyPairPart(context)])).toEqual(settled)
})

test('a key that was exchanged on EC2 is told; asked for, the pair is made anew from the key here', async () => {
  const context = await open({ name: 'exchanged' })
  const { ec2 } = context.cloud
  await provision(context, [keyPairPart(context)])
  await rm(context.files.sshKey)
  await makeKey(context.files.sshKey, 'another')
  const { lines, obstacles } = await provision(context, [keyPairPart(context)])
  expect(lines).toEqual(['replace key-pair: public key (drift)'])
  expect(obstacles).toHaveLength(1)
  const replaced = await provision(context, [keyPairPart(context)], { replace: ['key-pair'] })
  expect(replaced.failures).toEqual([])
  expect(await provision(context, [keyPairPart(context)])).toEqual(settled)
  expect((await ec2.send(new DescribeKeyPairsCommand({ KeyNames: ['exchanged'] }))).KeyPairs).toHaveLength(1)
})

test("a pair of this name that isn't ours stops the plan, and stays", async () => {
  const context = await open({ name: 'foreign' })
  const half = await makeKey(`${context.files.folder}/theirs`, 'theirs')
  await context.cloud.ec2.send(
    new ImportKeyPairCommand({ KeyName: 'foreign', PublicKeyMaterial: Buffer.from(half) }),
  )
  expect((await provision(context, [keyPairPart(context)])).obstacles[0]).toContain('foreign exists')
  expect((await provision(context, [keyPairPart({ ...context, wanted: false })])).lines).toEqual([])
})

test('to remove the pair, the key is not needed, and stays where it is', async () => {
  const context = await open({ name: 'removed' })
  await provision(context, [keyPairPart(context)])
  await writeFile(context.files.sshKey, 'cut off')
  const gone = keyPairPart({ ...context, wanted: false })
  expect(await provision(context, [gone])).toEqual({
    lines: ['delete key-pair'],
    obstacles: [],
    failures: [],
  })
  expect((await stat(context.files.sshKey)).size).toBe(7)
  expect((await provision(context, [gone])).lines).toEqual([])
})

test('where EC2 does not give the public key back, nothing is held against it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-pair-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const { context, ec2 } = mockedContext(folder)
  await makeKey(context.files.sshKey, 'wikiflow')
  ec2.on(DescribeKeyPairsCommand).resolves({ KeyPairs: [{ KeyPairId: 'key-1', KeyName: 'wikiflow' }] })
  expect(await keyPairPart(context).find()).toMatchObject({ ours: false, facts: { 'public key': undefined } })
})
