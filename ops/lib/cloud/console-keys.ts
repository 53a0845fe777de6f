import { type EC2Client, GetConsoleOutputCommand } from '@aws-sdk/client-ec2'
import { keysOnConsole } from '../host/console-block.ts'
import { type HostAddress } from '../host/host.ts'
import { type HostKey } from '../host/host-key.ts'
import { pinKeys, pinnedKeys } from '../host/host-keys.ts'
import { type Look, waitUntil } from './wait.ts'

/** The keys come with the end of the first boot, and the console's text minutes after it at times, in ms. */
const limitMs = 15 * 60_000

/** What is told of the waiting. */
type Say = (progress: string) => void

/**
 * Reads an instance's SSH host keys off its console, which nobody between here and the host can write: EC2 answers for it.
 * Waits until its first boot has printed them.
 * @throws UserError when they aren't there after a quarter of an hour.
 */
export function readConsoleKeys(ec2: EC2Client, instanceId: string, say: Say): Promise<HostKey[]> {
  const look = async (): Promise<Look<HostKey[]>> => {
    const output = await consoleOf(ec2, instanceId)
    const keys = keysOnConsole(output)
    if (keys) return { done: keys }
    return {
      still: output === '' ? 'without a word on its console' : 'booting: its keys are not on its console yet',
    }
  }
  return waitUntil(look, { what: `host ${instanceId}`, limitMs, say })
}

/**
 * Pins the keys of instances that have none pinned yet, from their consoles; `keyName` of each is its instance's id. A
 * pinned key is never replaced: an instance keeps its keys for its life.
 */
export async function pinFromConsole(
  ec2: EC2Client,
  file: string,
  hosts: readonly Pick<HostAddress, 'name' | 'keyName'>[],
  say: Say,
): Promise<void> {
  const unknown = hosts.filter(({ keyName }) => pinnedKeys(file, keyName).length === 0)
  await Promise.all(
    unknown.map(async ({ name, keyName }) => {
      const keys = await readConsoleKeys(ec2, keyName, progress => say(`${name} is ${progress}`))
      pinKeys(file, keyName, keys)
    }),
  )
}

/** All that the console shows; types of instances before Nitro only tell what they said up to some moment of the boot. */
async function consoleOf(ec2: EC2Client, InstanceId: string): Promise<string> {
  const ask = (Latest: boolean) => ec2.send(new GetConsoleOutputCommand({ InstanceId, Latest }))
  const { Output = '' } = await ask(true).catch(error => {
    if (error instanceof Error && error.name === 'UnsupportedOperation') return ask(false)
    throw error
  })
  return Buffer.from(Output, 'base64').toString('utf8')
}
