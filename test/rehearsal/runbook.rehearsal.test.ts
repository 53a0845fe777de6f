import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { testStack } from '../../ops/lib/cloud/test-context.ts'
import { type Command, commandsIn } from '../../ops/lib/runbook/commands.ts'
import { stepsIn } from '../../ops/lib/runbook/steps.ts'
import { type AwsWalk, openAwsWalk } from './walk/aws-walk.ts'
import { type Ended } from './walk/command.ts'
import { type Failure, failuresOn } from './walk/failures.ts'
import { diskMib, powersOver } from './walk/powers.ts'

/** A loaded machine takes minutes where another takes seconds. */
const slowly = { timeout: 1_200_000 }
/** How long after its cause a failure may take to be seen, in ms: a silence is one after a minute. */
const harmsMs = 240_000
/** How long after its action a failure may take to be over, in ms. */
const healsMs = 300_000

const book = await readFile(new URL('../../RUNBOOK.md', import.meta.url), 'utf8')
const commands = commandsIn(book)
const stack = testStack.name

let walk: AwsWalk
let failures: Record<string, Failure>

beforeAll(async () => {
  walk = await openAwsWalk({ source: { rate: 20 }, diskMib })
  failures = failuresOn(walk)
  const powers = powersOver(walk)
  walk.wire.onAnswer = async ({ action }) => {
    await powers[action]?.()
  }
}, 900_000)

afterAll(async () => {
  await walk?.close()
}, 60_000)

/** A line as it is typed; where a person would be asked, the answer is given beforehand. */
function answered({ step, kind, line }: Command): string {
  if (step === 'compose' && kind === 'act') return `${line} --print --operator-cidr 203.0.113.7/32`
  if (kind !== 'act' || line.includes(' -- ')) return line
  if (line.includes('destroy.ts')) return `${line} --confirm ${stack}`
  return `${line} --yes`
}

const linesOf = (step: string, kind: Command['kind']) =>
  commands.filter(command => command.step === step && command.kind === kind).map(answered)

/** The lines that act, with what a person has found out in its place. */
async function actsOf(step: string, finds: NonNullable<Failure['finds']>): Promise<string[]> {
  let text = linesOf(step, 'act').join('\n')
  for (const [place, find] of Object.entries(finds)) {
    expect(text).toContain(place)
    text = text.replaceAll(place, await find())
  }
  return text.split('\n').filter(Boolean)
}

async function type(line: string): Promise<Ended> {
  return walk.type(line).ended
}

test.each(stepsIn(book))('$id: $title', slowly, async ({ id }) => {
  const { cause, shows = /\S/, unseen, meanwhile, finds = {}, afterwards, proves = /\S/ } = failures[id] ?? {}
  await cause?.()
  const [first, ...others] = linesOf(id, 'look')
  if (first !== undefined) {
    const look = async () => {
      const { code, said } = await type(first)
      expect([0, 1, 2], said).toContain(code)
      expect(said).toMatch(shows)
    }
    await vi.waitFor(look, { timeout: 120_000, interval: 1_000 })
  }
  for (const line of others) {
    const { code, said } = await type(line)
    expect([0, 1, 2], `${line}: ${said}`).toContain(code)
  }
  const [proof = ''] = linesOf(id, 'prove')
  const prove = (isOver: boolean, timeout: number) => {
    const look = async () => {
      const { code, said } = await type(proof)
      expect(code === 0, `${proof} (${code}): ${said}`).toBe(isOver)
      if (isOver) expect(said).toMatch(proves)
    }
    return vi.waitFor(look, { timeout, interval: 5_000 })
  }
  if (unseen === undefined) await prove(false, harmsMs)
  await meanwhile?.()
  for (const line of await actsOf(id, finds)) {
    const { code, said } = await type(line)
    expect(code, `${line}: ${said}`).toBe(0)
  }
  await afterwards?.()
  await prove(true, healsMs)
})

test('every failure that is caused here stands in the runbook', () => {
  const ids = stepsIn(book).map(({ id }) => id)
  expect(Object.keys(failures).filter(id => !ids.includes(id))).toEqual([])
})
