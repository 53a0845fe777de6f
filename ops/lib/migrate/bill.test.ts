import { expect, test } from 'vitest'
import { findPrice } from '../../../cost/prices.ts'
import { UserError } from '../script.ts'
import { configText } from '../stack/template.ts'
import { validateStack } from '../stack/validate.ts'
import { migrationBill } from './bill.ts'
import { contextWith } from './test-context.ts'
import { usualStack } from './usual-stack.ts'

const now = new Date('2026-11-23T00:00:00Z')
const without = {
  open: () => Promise.reject(new UserError('no credentials')),
  plan: () => Promise.reject(new UserError('no credentials')),
}

test('the stack that is planned with before init is the one that init writes', () => {
  const text = configText({
    ...{ name: 'wikiflow', region: 'us-east-1', cidrs: ['203.0.113.7/32'] },
    priceOf: item => findPrice(item, 'us-east-1')?.usd,
  })
  const description = new Function(
    text
      .replace(/^import .*$/m, 'const defineStack = stack => stack')
      .replace('export const stack =', 'return'),
  )()
  const { operator: _, ...written } = validateStack(description, 'wikiflow.config.ts', text)
  const { operator: __, ...usual } = usualStack
  expect(usual).toEqual(written)
})

test('without an account the bill is that of the description, or of what init would write', async () => {
  const described = await migrationBill(contextWith(without), now)
  expect(described).toMatchObject({ from: 'wikiflow.config.ts', unpriced: [], credit: { source: 'config' } })
  expect(described?.usd).toBeCloseTo(51, 0)
  const none = await migrationBill(contextWith({ ...without, described: async () => undefined }), now)
  expect(none).toMatchObject({ from: 'ops/init.ts', usd: described?.usd })
})

test('a description that is wrong has no bill, nor have hosts that are given by address', async () => {
  const wrong = contextWith({ ...without, described: () => Promise.reject(new UserError('host.type is 3')) })
  expect(await migrationBill(wrong, now)).toBeUndefined()
  const given = contextWith({ destination: { target: 'hosts.json', state: '/nowhere' } })
  expect(await migrationBill(given, now)).toBeUndefined()
})
