import {
  CreateTagsCommand,
  DeleteKeyPairCommand,
  DescribeKeyPairsCommand,
  ImportKeyPairCommand,
  type ImportKeyPairCommandInput,
} from '@aws-sdk/client-ec2'
import { type Context } from '../context.ts'
import { orExisting } from '../existing.ts'
import { missing } from '../missing.ts'
import { type Part, type Tag } from '../part.ts'
import { fingerprint, givenHalf, makeKey, publicHalf } from '../ssh-key.ts'
import { isOurs, tagKeys, tagValue } from '../tags.ts'

/** How the plan says that the private half lies on this machine. */
const here = 'of the key on this machine'

/**
 * The key with which the operator reaches the hosts: made on this machine, its public half taken to EC2. Where
 * EC2 has another one than this machine, nothing is made: the hosts know the old one alone.
 */
export function keyPairPart({ id, names, files, cloud: { ec2 }, wanted }: Context): Part {
  const KeyName = names.keyPair
  return {
    id: 'key-pair',
    title: 'SSH key pair',
    name: KeyName,
    needs: [],
    wanted,
    want: { 'public key': here },
    fixed: {
      'public key': `hosts trust the key they were made with, and ${files.sshKey} is missing or another one; copy it from the machine that made the stack`,
    },
    usage: [],
    find: async () => {
      const found = await missing(
        ec2.send(new DescribeKeyPairsCommand({ KeyNames: [KeyName], IncludePublicKey: true })),
      )
      const pair = found?.KeyPairs?.[0]
      if (!pair?.KeyPairId) return undefined
      // To remove the pair, the key on this machine is not needed.
      const mine = wanted ? ((await publicHalf(files.sshKey)) ?? (await givenHalf(files.sshKey))) : undefined
      return {
        id: pair.KeyPairId,
        ours: isOurs(id, 'key-pair', pair.Tags),
        applied: tagValue(pair.Tags, tagKeys.applied),
        facts: { 'public key': pair.PublicKey && whose(pair.PublicKey, mine) },
        outputs: pair.PublicKey ? { fingerprint: fingerprint(pair.PublicKey) } : {},
      }
    },
    create: async ({ tags }) => {
      const half = await makeKey(files.sshKey, KeyName)
      await orExisting(ec2.send(new ImportKeyPairCommand(keyPairRequest(KeyName, half, tags))))
    },
    change: async () => {},
    tag: async (found, tags) => {
      await ec2.send(new CreateTagsCommand({ Resources: [found.id], Tags: [...tags] }))
    },
    remove: async () => {
      await missing(ec2.send(new DeleteKeyPairCommand({ KeyName })))
    },
  }
}

/** What takes a public key to EC2. */
export function keyPairRequest(
  KeyName: string,
  publicKey: string,
  tags: readonly Tag[],
): ImportKeyPairCommandInput {
  return {
    KeyName,
    PublicKeyMaterial: Buffer.from(publicKey),
    TagSpecifications: [{ ResourceType: 'key-pair', Tags: [...tags] }],
  }
}

/** The fact `public key`: of the key on this machine, or the fingerprint of another one. */
export function whose(publicKey: string, mine: string | undefined): string {
  const theirs = fingerprint(publicKey)
  return mine !== undefined && fingerprint(mine) === theirs ? here : theirs
}
