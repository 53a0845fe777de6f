import {
  CreateDBParameterGroupCommand,
  DBParameterGroupAlreadyExistsFault,
  DescribeDBParameterGroupsCommand,
  DescribeDBParametersCommand,
  ListTagsForResourceCommand,
  ModifyDBParameterGroupCommand,
  ResetDBParameterGroupCommand,
} from '@aws-sdk/client-rds'
import { describe, expect, test } from 'vitest'
import { type Work } from '../part.ts'
import { differencesOf } from '../plan.ts'
import { mockedContext } from '../test-mocked.ts'
import { parameterGroupPart, resets } from './parameter-group.ts'

const work: Work = {
  refs: () => {
    throw new Error('needs nothing')
  },
  tags: [{ Key: 'Name', Value: 'wikiflow' }],
  say: () => {},
}

describe('the parameter group', () => {
  const forceSsl = { ParameterName: 'rds.force_ssl', ParameterValue: '1', ApplyMethod: 'immediate' } as const

  test('forces TLS and takes back what else was set by hand, static parameters at the next start', async () => {
    const { context, rds } = mockedContext('/nowhere')
    rds
      .on(DescribeDBParameterGroupsCommand)
      .resolves({ DBParameterGroups: [{ DBParameterGroupArn: 'arn', DBParameterGroupFamily: 'postgres18' }] })
    rds.on(ListTagsForResourceCommand).resolves({ TagList: [] })
    // A page may be empty and not the last.
    rds.on(DescribeDBParametersCommand).resolvesOnce({ Parameters: [], Marker: 'more' })
    rds.on(DescribeDBParametersCommand, { Marker: 'more' }).resolves({
      Parameters: [
        { ...forceSsl, ParameterValue: '0' },
        { ParameterName: 'shared_buffers', ParameterValue: '1', ApplyType: 'static' },
        { ParameterName: 'work_mem', ParameterValue: '64', ApplyType: 'dynamic' },
      ],
    })
    const part = parameterGroupPart(context)
    const found = await part.find()
    const differences = found ? differencesOf(part, found) : []
    expect(differences).toMatchObject([
      {
        before: ['rds.force_ssl = 0', 'shared_buffers = 1', 'work_mem = 64'],
        after: ['rds.force_ssl = 1'],
      },
    ])
    rds.on(DescribeDBParametersCommand).resolves({
      Parameters: [
        { ...forceSsl, ParameterValue: '0' },
        { ParameterName: 'shared_buffers', ParameterValue: '1', ApplyType: 'static' },
      ],
    })
    if (found) await part.change(found, differences, work)
    expect(rds.commandCalls(ResetDBParameterGroupCommand)[0]?.args[0].input.Parameters).toEqual([
      { ParameterName: 'shared_buffers', ApplyMethod: 'pending-reboot' },
    ])
    expect(rds.commandCalls(ModifyDBParameterGroupCommand)[0]?.args[0].input.Parameters).toEqual([forceSsl])
  })

  test('takes back nothing of its own', () => {
    expect(resets([forceSsl])).toEqual([])
    expect(resets([{ ParameterName: 'work_mem', ApplyType: 'dynamic' }])).toEqual([
      { ParameterName: 'work_mem', ApplyMethod: 'immediate' },
    ])
  })

  test('of another family has to be made anew, and one that was made meanwhile is left to its tags', async () => {
    const { context, rds } = mockedContext('/nowhere')
    const part = parameterGroupPart(context)
    const older = {
      id: 'arn',
      ours: true,
      facts: { family: 'postgres17', parameters: ['rds.force_ssl = 1'] },
    }
    expect(differencesOf(part, older).map(({ property }) => part.fixed[property])).toEqual([
      "RDS can't change the family of a parameter group",
    ])
    const exists = new DBParameterGroupAlreadyExistsFault({ message: 'exists', $metadata: {} })
    rds.on(CreateDBParameterGroupCommand).rejects(exists)
    await expect(part.create(work)).resolves.toBeUndefined()
  })
})
