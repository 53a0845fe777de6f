import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeKeyPairsCommand } from '@aws-sdk/client-ec2'
import { expect, onTestFinished, test } from 'vitest'
import { fingerprint, makeKey } from '../ssh-key.ts'
import { mockedContext } from '../test-mocked.ts'
import { keyPairPart, keyPairRequest, whose } from './key-pair.ts'

const theirs = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHRoZWlycw== theirs'

test('a public key is taken to EC2 with its tags, and the private one never', () => {
  const tags = [{ Key: 'wikiflow:stack', Value: 'wikiflow/us-east-1' }]
  const request = keyPairRequest('wikiflow', theirs, tags)
  expect({ ...request, PublicKeyMaterial: String(request.PublicKeyMaterial) }).toEqual({
    KeyName: 'wikiflow',
    PublicKeyMaterial: theirs,
    TagSpecifications: [{ ResourceType: 'key-pair', Tags: tags }],
  })
})

test("a key is this machine's by its content, whatever its comment says", () => {
  expect(whose(theirs, `${theirs} and more`)).toBe('of the key on this machine')
  expect(whose(theirs, 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1pbmU= theirs')).toBe(fingerprint(theirs))
  expect(whose(theirs, undefined)).toBe(fingerprint(theirs))
})

test('where EC2 does not give the public key back, nothing is held against it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-pair-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const { context, ec2 } = mockedContext(folder)
  await makeKey(context.files.sshKey, 'wikiflow')
  ec2.on(DescribeKeyPairsCommand).resolves({ KeyPairs: [{ KeyPairId: 'key-1', KeyName: 'wikiflow' }] })
  expect(await keyPairPart(context).find()).toMatchObject({ ours: false, facts: { 'public key': undefined } })
})
