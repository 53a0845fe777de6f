import {
  CreateDBSubnetGroupCommand,
  DBSubnetGroupAlreadyExistsFault,
  DeleteDBSubnetGroupCommand,
  DescribeDBSubnetGroupsCommand,
  ListTagsForResourceCommand,
  ModifyDBSubnetGroupCommand,
} from '@aws-sdk/client-rds'
import { describe, expect, test } from 'vitest'
import { type Work } from '../part.ts'
import { differencesOf } from '../plan.ts'
import { awsError, mockedContext } from '../test-mocked.ts'
import { subnetGroupPart, subnetGroupRequest } from './subnet-group.ts'

const work: Work = {
  refs: () => {
    throw new Error('needs nothing')
  },
  tags: [{ Key: 'Name', Value: 'wikiflow' }],
  say: () => {},
}

describe('the subnet group', () => {
  test('holds every default subnet', () => {
    expect(subnetGroupRequest('wikiflow', ['subnet-a', 'subnet-b'], work.tags)).toEqual({
      DBSubnetGroupName: 'wikiflow',
      DBSubnetGroupDescription: 'Where the database of wikiflow may stand',
      SubnetIds: ['subnet-a', 'subnet-b'],
      Tags: work.tags,
    })
  })

  test('gets back a subnet that was taken out by hand', async () => {
    const { context, rds } = mockedContext('/nowhere')
    rds.on(DescribeDBSubnetGroupsCommand).resolves({
      DBSubnetGroups: [{ DBSubnetGroupArn: 'arn', Subnets: [{ SubnetIdentifier: 'subnet-b' }] }],
    })
    rds.on(ListTagsForResourceCommand).resolves({ TagList: [] })
    const part = subnetGroupPart(context)
    const found = await part.find()
    const differences = found ? differencesOf(part, found) : []
    expect(differences).toMatchObject([{ before: ['subnet-b'], after: ['subnet-a', 'subnet-b'] }])
    if (found) await part.change(found, differences, work)
    expect(rds.commandCalls(ModifyDBSubnetGroupCommand)[0]?.args[0].input).toEqual({
      DBSubnetGroupName: 'wikiflow',
      SubnetIds: ['subnet-a', 'subnet-b'],
    })
  })

  test('that was made meanwhile is left to its tags; one that is in use is not removed unseen', async () => {
    const { context, rds } = mockedContext('/nowhere')
    const exists = new DBSubnetGroupAlreadyExistsFault({ message: 'exists', $metadata: {} })
    rds.on(CreateDBSubnetGroupCommand).rejectsOnce(exists).rejects(awsError('AccessDenied', 'no'))
    await expect(subnetGroupPart(context).create(work)).resolves.toBeUndefined()
    await expect(subnetGroupPart(context).create(work)).rejects.toThrow('no')
    const inUse = awsError('InvalidDBSubnetGroupStateFault', 'in use')
    rds.on(DeleteDBSubnetGroupCommand).rejects(inUse)
    const found = { id: 'arn', ours: true, facts: {} }
    await expect(subnetGroupPart(context).remove(found, work)).rejects.toThrow('in use')
  })
})
