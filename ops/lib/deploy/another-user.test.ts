import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { assertOurs } from './another-user.ts'
import { readRunning } from './running.ts'
import { type TestManager, testManager } from './test-manager.ts'

const release = 'aaaaaaaaaaaa'

async function look(manager: TestManager): Promise<void> {
  await assertOurs(manager, 'wikiflow', await readRunning(manager, 'wikiflow'))
}

test('a stack that another user of the host has deployed is left alone', async () => {
  const manager = testManager()
  manager.services.set('worker', release)
  await expect(look(manager)).rejects.toThrow(
    `host-1 runs release ${release} of wikiflow, which isn't in ~/wikiflow/wikiflow of the user an: another user has deployed it. Nothing was changed`,
  )
})

test('a first deploy that was killed is ours to go on with, and so is an empty host', async () => {
  const manager = testManager()
  await look(manager)
  mkdirSync(join(manager.home, 'wikiflow/wikiflow/releases', release), { recursive: true })
  manager.services.set('worker', release)
  await look(manager)
})
