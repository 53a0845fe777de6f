import { expect, test } from 'vitest'
import { fingerprint } from '../ssh-key.ts'
import { keyPairRequest, whose } from './key-pair.ts'

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
