import {
  CreateNotificationCommand,
  DeleteNotificationCommand,
  DescribeBudgetCommand,
  DescribeBudgetsCommand,
} from '@aws-sdk/client-budgets'
import { expect, test } from 'vitest'
import { partsOnMoto, provision } from '../test-moto.ts'
import { budgetPart } from './budget.ts'
import { alerts, subscriberOf } from './budget-request.ts'

const { open } = partsOnMoto()
const budget = { creditUsd: 100, email: 'me@example.org' }

test('a budget with its alerts is made, kept, and repaired', async () => {
  const context = await open({ name: 'made', budget })
  const { budgets } = context.cloud
  const parts = [budgetPart(context)]
  expect(await provision(context, parts)).toEqual({ lines: ['create budget'], obstacles: [], failures: [] })
  expect(await provision(context, parts)).toEqual({ lines: ['same budget'], obstacles: [], failures: [] })

  const name = { AccountId: context.id.account, BudgetName: context.names.budget }
  const [half] = alerts()
  if (!half) throw new Error('a budget has alerts')
  await budgets.send(new DeleteNotificationCommand({ ...name, Notification: half }))
  await budgets.send(
    new CreateNotificationCommand({
      ...name,
      Notification: { ...half, NotificationType: 'FORECASTED' },
      Subscribers: [subscriberOf('them@example.org')],
    }),
  )
  expect(await provision(context, parts)).toEqual({
    lines: ['change budget: alerts (drift)'],
    obstacles: [],
    failures: [],
  })
  expect(await provision(context, parts)).toMatchObject({ lines: ['same budget'] })
  const found = await budgets.send(new DescribeBudgetCommand(name))
  expect(found.Budget).toMatchObject({ TimeUnit: 'CUSTOM', BudgetLimit: { Amount: '100', Unit: 'USD' } })
})

test('without an e-mail address there is none, and one that is there goes', async () => {
  const context = await open({ name: 'removed', budget })
  await provision(context, [budgetPart(context)])
  const silent = await open({ name: 'removed', budget: { creditUsd: 100 } })
  expect(await provision(silent, [budgetPart(silent)])).toMatchObject({
    lines: ['delete budget'],
    failures: [],
  })
  const left = await context.cloud.budgets.send(new DescribeBudgetsCommand({ AccountId: context.id.account }))
  expect(left.Budgets?.map(({ BudgetName }) => BudgetName)).not.toContain(context.names.budget)
  expect((await provision(silent, [budgetPart(silent)])).lines).toEqual([])
})
