import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { UserError } from '../script.ts'
import { readRunning } from './running.ts'
import { serve } from './serve.ts'
import { type TestManager, testDeployment, testManager } from './test-manager.ts'
import { silent } from './test-stages.ts'

const [older, newer] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb']
const stack = 'wikiflow'

let manager: TestManager
let folder: string

/** A manager on which the older release serves, and the newer one is shipped. */
beforeEach(() => {
  manager = testManager()
  folder = join(manager.home, 'wikiflow', stack)
  for (const release of [older, newer]) {
    const { image, variables, compose } = testDeployment(release)
    const at = join(folder, 'releases', release)
    mkdirSync(join(at, 'runtime/migrations'), { recursive: true })
    for (const { name, text } of compose) writeFileSync(join(at, name), text)
    const description = { image, variables, compose: compose.map(({ name }) => name) }
    writeFileSync(join(at, 'deployment.json'), JSON.stringify(description))
  }
  mkdirSync(join(folder, 'objects'))
  writeFileSync(join(folder, 'served'), `2026-11-01T00:00:00Z ${older}\n`)
  manager.services.set('worker', older)
})

async function serveNewer(): Promise<void> {
  const target = {
    ...{ stack, pinnedKeys: 'known_hosts', folder: '.', variables: {}, secrets: {}, overrides: [] },
    hosts: [manager.address] as const,
  }
  await serve({
    connection: { target, manager, hosts: [manager], close: async () => {} },
    away: [],
    shown: await readRunning(manager, stack),
    action: 'deploy',
    deployment: testDeployment(newer),
    files: {},
    stages: silent,
  })
}

/** Results in the audit log. */
const noted = () =>
  readFileSync(join(folder, 'audit.log'), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => String(JSON.parse(line).result))

// The lock is changed under util-linux's flock.
const onLinux = test.runIf(process.platform === 'linux')

onLinux('a release that serves is noted, and the lock given back', async () => {
  await serveNewer()
  expect(manager.services.get('worker')).toBe(newer)
  expect(readFileSync(join(folder, 'served'), 'utf8')).toMatch(new RegExp(`${older}\n.* ${newer}\n$`))
  expect(noted()).toEqual(['begun', 'serves'])
  expect(existsSync(join(folder, 'lock'))).toBe(false)
})

onLinux.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'a deploy that %s ends half-way goes back, and gives back its lock',
  async name => {
    let isFirst = true
    manager.docker = command => {
      if (command === 'stack deploy' && isFirst) process.emit(name, name)
      if (command === 'stack deploy') isFirst = false
      return undefined
    }
    await expect(serveNewer()).rejects.toThrow(`interrupted\nrolled back to ${older}, which serves`)
    expect(manager.services.get('worker')).toBe(older)
    expect(existsSync(join(folder, 'lock'))).toBe(false)
  },
)

onLinux(
  'when older releases can’t be removed, the last line still says that the new one serves',
  async () => {
    manager.docker = (command, args) => {
      const isDeployed = manager.services.get('worker') === newer
      if (isDeployed && command === 'image ls' && args.length > 0) throw new UserError('host-1 went away')
      return undefined
    }
    const doing = 'removing what only older releases need'
    await expect(serveNewer()).rejects.toMatchObject({
      name: 'DeployError',
      message: `${doing}: host-1 went away\nrelease ${newer} serves; not done: ${doing} (the next deploy does it)`,
      serving: newer,
      serves: true,
    })
    expect(noted()).toEqual(['begun', 'serves', expect.stringContaining(`release ${newer} serves; not done`)])
  },
)

onLinux('an audit log that takes nothing keeps no old release from being removed', async () => {
  mkdirSync(join(folder, 'releases', 'cccccccccccc'))
  manager.docker = command => {
    if (command !== 'stack deploy') return undefined
    rmSync(join(folder, 'audit.log'))
    mkdirSync(join(folder, 'audit.log'))
    return undefined
  }
  await expect(serveNewer()).rejects.toMatchObject({
    message: expect.stringMatching(/\nrelease b{12} serves; not done: noting it in the audit log$/),
    serves: true,
  })
  expect(readdirSync(join(folder, 'releases')).sort()).toEqual([older, newer])
})
