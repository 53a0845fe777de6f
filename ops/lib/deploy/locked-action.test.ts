import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockedAction } from './locked-action.ts'
import { testManager } from './test-manager.ts'

// The lock is changed under util-linux's flock.
test.runIf(process.platform === 'linux').each(['SIGINT', 'SIGHUP'] as const)(
  '%s while the lock is taken gives it back, and nothing is begun',
  async name => {
    const manager = testManager()
    const taking: typeof manager.run = async (script, args, options) => {
      const ran = await manager.run(script, args, options)
      if (script.includes('mv lock.part lock')) process.emit(name, name)
      return ran
    }
    const host = { ...manager, run: taking }
    const target = {
      ...{ stack: 'wikiflow', pinnedKeys: 'known_hosts', folder: '.' },
      ...{ hosts: [manager.address] as const, variables: {}, secrets: {}, overrides: [] },
    }
    const connection = { target, manager: host, hosts: [host] as const, close: async () => {} }
    const begun: string[] = []
    const acting = lockedAction(connection, 'scale', async () => {
      begun.push('scale')
      return 'done'
    })
    await expect(acting).rejects.toThrow('interrupted')
    expect(begun).toEqual([])
    expect(existsSync(join(manager.home, 'wikiflow/wikiflow/lock'))).toBe(false)
  },
)
