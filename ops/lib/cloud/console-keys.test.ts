import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetConsoleOutputCommand } from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { pinFromConsole, readConsoleKeys } from './console-keys.ts'
import { awsError, mockedContext } from './test-mocked.ts'

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHu8LoqOZ57wshUkT3RYtJFwMTUJcf6PUNfK4o1tuic0'
const block = `-----BEGIN SSH HOST KEY KEYS-----\n${key} root@ip-10-0-0-1\n-----END SSH HOST KEY KEYS-----\n`
const output = (text: string) => ({ Output: Buffer.from(text).toString('base64') })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

async function inTime<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  await vi.runAllTimersAsync()
  return promise
}

test('the keys are waited for until the console shows them', async () => {
  const { context, ec2 } = mockedContext('/nowhere')
  ec2
    .on(GetConsoleOutputCommand)
    .resolvesOnce({})
    .resolvesOnce(output(`boot…\n${block.slice(0, 80)}`))
    .resolves(output(`boot…\n${block}`))
  const said: string[] = []
  const keys = readConsoleKeys(context.cloud.ec2, 'i-1', progress => said.push(progress))
  expect(await inTime(keys)).toEqual([key])
  expect(said).toEqual(['without a word on its console', 'booting: its keys are not on its console yet'])
  expect(ec2.commandCalls(GetConsoleOutputCommand)[0]?.args[0].input).toEqual({
    InstanceId: 'i-1',
    Latest: true,
  })
})

test('a host that never shows them is given up', async () => {
  const { context, ec2 } = mockedContext('/nowhere')
  ec2.on(GetConsoleOutputCommand).resolves(output('Kernel panic'))
  await expect(inTime(readConsoleKeys(context.cloud.ec2, 'i-1', () => {}))).rejects.toThrow(
    /^host i-1 is still booting: its keys are not on its console yet after 15 min/,
  )
})

test('a type of instance without the latest output is asked for what there is', async () => {
  const { context, ec2 } = mockedContext('/nowhere')
  ec2.on(GetConsoleOutputCommand, { Latest: true }).rejects(awsError('UnsupportedOperation', 'not on Xen'))
  ec2.on(GetConsoleOutputCommand, { Latest: false }).resolves(output(block))
  expect(await inTime(readConsoleKeys(context.cloud.ec2, 'i-1', () => {}))).toEqual([key])
})

test('other refusals of AWS are not waited out', async () => {
  const { context, ec2 } = mockedContext('/nowhere')
  ec2.on(GetConsoleOutputCommand).rejects(awsError('UnauthorizedOperation', 'no'))
  await expect(inTime(readConsoleKeys(context.cloud.ec2, 'i-1', () => {}))).rejects.toThrow('no')
})

test('hosts that are pinned aren’t asked for again; new ones are pinned under their ids', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-console-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'known_hosts')
  const { context, ec2 } = mockedContext('/nowhere')
  ec2.on(GetConsoleOutputCommand).resolves(output(block))
  const hosts = ['i-1', 'i-2'].map((keyName, index) => ({ name: `host-${index + 1}`, keyName }))
  await inTime(pinFromConsole(context.cloud.ec2, file, hosts.slice(0, 1), () => {}))
  await inTime(pinFromConsole(context.cloud.ec2, file, hosts, () => {}))
  expect(ec2.commandCalls(GetConsoleOutputCommand).map(({ args }) => args[0].input.InstanceId)).toEqual([
    'i-1',
    'i-2',
  ])
  expect(readFileSync(file, 'utf8')).toBe(`i-1 ${key}\ni-2 ${key}\n`)
})
