import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type DBInstance,
  DBInstanceNotFoundFault,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
} from '@aws-sdk/client-rds'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { rotateMasterPassword } from './rotate.ts'
import { writeSecret } from './secret-file.ts'
import { stackTag, tagKeys } from './tags.ts'
import { awsError, mockedContext } from './test-mocked.ts'

let folder: string
let said: string[]

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-rotate-'))
  said = []
  await writeSecret(mockedContext(folder).context.files.masterPassword, 'old')
})

afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

/** RDS with a database of ours; `inForce` is the password that opens it. */
function withDatabase(looks: DBInstance[] = []) {
  const { context, rds } = mockedContext(folder)
  const rdsState = { inForce: 'old' }
  let db: DBInstance = {
    DBInstanceStatus: 'available',
    TagList: [
      { Key: tagKeys.stack, Value: stackTag(context.id) },
      { Key: tagKeys.part, Value: 'database' },
    ],
  }
  rds.on(DescribeDBInstancesCommand).callsFake(() => {
    db = { ...db, ...looks.shift() }
    if (db.DBInstanceStatus === 'available' && pending && !db.PendingModifiedValues) {
      rdsState.inForce = pending
      pending = undefined
    }
    return { DBInstances: [db] }
  })
  let pending: string | undefined
  const modify = ({ MasterUserPassword }: { MasterUserPassword?: string }) => {
    pending = MasterUserPassword
    const hidden = { PendingModifiedValues: { MasterUserPassword: '****' } }
    const status = 'resetting-master-credentials'
    looks.push(hidden, { DBInstanceStatus: status }, { DBInstanceStatus: status })
    looks.push({ DBInstanceStatus: 'available', PendingModifiedValues: undefined })
    return {}
  }
  rds.on(ModifyDBInstanceCommand).callsFake(modify)
  const rotate = async () => {
    const promise = rotateMasterPassword(context, text => void said.push(text))
    let settled = false
    const settle = () => {
      settled = true
    }
    promise.then(settle, settle)
    // Files are real, so time goes on only between them.
    while (!settled) {
      await new Promise(resolve => setImmediate(resolve))
      await vi.advanceTimersByTimeAsync(1_000)
    }
    return promise
  }
  return { rds, rdsState, rotate, modify, files: context.files }
}

const read = (path: string) => readFileSync(path, 'utf8').trim()

test('the new password takes the place of the old one once it is in force', async () => {
  const { rotate, files, rdsState } = withDatabase()
  expect(await rotate()).toBe('rotated')
  expect(read(files.masterPassword)).toMatch(/^[\w-]{43}$/)
  expect(rdsState.inForce).toBe(read(files.masterPassword))
  expect(existsSync(files.nextMasterPassword)).toBe(false)
  expect(statSync(files.masterPassword).mode & 0o777).toBe(0o600)
  expect(said).toContain('resetting-master-credentials')
  expect(said.join()).not.toContain(rdsState.inForce)
})

test('a rotation that ended after RDS took the password is finished with that password', async () => {
  const { rds, rotate, modify, files, rdsState } = withDatabase()
  let taken = ''
  rds
    .on(ModifyDBInstanceCommand)
    .callsFakeOnce(({ MasterUserPassword }) => {
      taken = MasterUserPassword
      throw new Error('killed')
    })
    .callsFake(modify)
  await expect(rotate()).rejects.toThrow('killed')
  expect([read(files.masterPassword), read(files.nextMasterPassword)]).toEqual(['old', taken])
  expect(await rotate()).toBe('finished')
  expect([read(files.masterPassword), rdsState.inForce]).toEqual([taken, taken])
})

test('a refusal of RDS leaves the old password where it is', async () => {
  const { rds, rotate, files } = withDatabase()
  rds.on(ModifyDBInstanceCommand).rejects(awsError('AccessDenied', 'not authorized: rds:ModifyDBInstance'))
  await expect(rotate()).rejects.toThrow('not authorized')
  expect(read(files.masterPassword)).toBe('old')
})

test.each([
  ['is stopped', { DBInstanceStatus: 'stopped' }, /is stopped.*npx zx ops\/resume\.ts/],
  ["isn't ours", { TagList: [] }, /doesn't carry this stack's tags: its password stays as it is/],
])('a database that %s gets no new password, and none is made', async (_what, look, sentence) => {
  const { rds, rotate, files } = withDatabase([look])
  await expect(rotate()).rejects.toThrow(sentence)
  expect(existsSync(files.nextMasterPassword)).toBe(false)
  expect(rds.commandCalls(ModifyDBInstanceCommand)).toHaveLength(0)
})

test('without a database the next command is named', async () => {
  const { rds, rotate } = withDatabase()
  rds.on(DescribeDBInstancesCommand).rejects(new DBInstanceNotFoundFault({ message: 'gone', $metadata: {} }))
  await expect(rotate()).rejects.toThrow('there is no database wikiflow in us-east-1: make the stack with')
})
