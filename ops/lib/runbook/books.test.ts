import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { localStackCheck } from '../checks/local-stack.ts'
import { awsChecks, localChecks } from '../checks/verify/lists.ts'
import { steps as migrationSteps } from '../migrate/steps.ts'
import { commandsIn } from './commands.ts'
import { stepsIn } from './steps.ts'

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8')
const book = read('RUNBOOK.md')
const steps = stepsIn(book)
const commands = commandsIn(book)

test('both books have the same steps, checks and commands', () => {
  const other = read('RUNBOOK.vi.md')
  const told = (text: string) => stepsIn(text).map(({ id, checks }) => [id, checks])
  expect(told(other)).toEqual(told(book))
  expect(commandsIn(other)).toEqual(commands)
})

test('the first ten sections are the steps of the migration', () => {
  expect(steps.slice(0, 10).map(({ id }) => id)).toEqual(migrationSteps.map(({ id }) => id))
})

test('every section names checks that there are, and proves its end with a command', () => {
  const known = new Set([...awsChecks, ...localChecks, localStackCheck].map(({ id }) => id))
  for (const { id, checks } of steps) {
    expect(checks.length, id).toBeGreaterThan(0)
    expect(
      checks.filter(check => !known.has(check)),
      id,
    ).toEqual([])
    expect(commands.filter(({ step, kind }) => step === id && kind === 'prove').length, id).toBe(1)
  }
})

test('every command is a script of this project, and names its own section and no other', () => {
  for (const { step, line } of commands) {
    const [, script = ''] = /^npx zx (\S+\.ts)/.exec(line) ?? []
    expect(existsSync(new URL(`../../../${script}`, import.meta.url)), line).toBe(true)
    const [, named] = /--runbook (\S+)/.exec(line) ?? []
    expect(named ?? step, line).toBe(step)
  }
})

test('the memory that a worker is said to have is the one that it has', () => {
  const { services } = parse(read('compose/docker-compose.prod.yml'), { merge: true })
  const { memory } = services.worker.deploy.resources.limits
  for (const name of ['RUNBOOK.md', 'RUNBOOK.vi.md']) expect(read(name)).toContain(`\`memory: ${memory}\``)
})
