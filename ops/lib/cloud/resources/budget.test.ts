import {
  CreateSubscriberCommand,
  DeleteSubscriberCommand,
  DescribeBudgetCommand,
  DescribeNotificationsForBudgetCommand,
  DescribeSubscribersForNotificationCommand,
  ListTagsForResourceCommand,
  UpdateBudgetCommand,
} from '@aws-sdk/client-budgets'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, expect, test, vi } from 'vitest'
import { type Difference } from '../part.ts'
import { tagsOf } from '../tags.ts'
import { testStack } from '../test-context.ts'
import { awsError, mockedContext } from '../test-mocked.ts'
import { budgetPart } from './budget.ts'
import { alerts, budgetFacts, budgetRequest, foundBudgetFacts } from './budget-request.ts'

const stack = { ...testStack, budget: { creditUsd: 100, email: 'me@example.org' } }
const { context } = mockedContext('/nowhere', { stack })
const aws = mockClient(context.cloud.budgets)
const made = budgetRequest(stack, context.names, '123456789012', new Date('2026-11-23T18:30:00Z'), [])
const work = { refs: () => ({ id: '', ours: true, facts: {} }), tags: [], say: () => {} }

afterEach(() => {
  vi.unstubAllEnvs()
  aws.reset()
})

function onAws(reader: string): void {
  const tags = tagsOf(context.id, budgetPart(context))
  aws
    .on(DescribeBudgetCommand)
    .resolves({ Budget: { ...made.Budget, TimeUnit: 'CUSTOM', BudgetType: 'COST', BudgetName: 'b' } })
  aws.on(DescribeNotificationsForBudgetCommand).resolves({
    Notifications: alerts().map(alert => ({ ...alert, NotificationState: 'ALARM' })),
  })
  aws.on(DescribeSubscribersForNotificationCommand).resolves({
    Subscribers: [{ SubscriptionType: 'EMAIL', Address: reader }],
  })
  aws.on(ListTagsForResourceCommand).resolves({ ResourceTags: tags })
}

test('a budget counts the whole credit once, before credits, and writes at 50, 80 and 100 %', () => {
  const alert = (Threshold: number) => ({
    Notification: {
      NotificationType: 'ACTUAL',
      ComparisonOperator: 'GREATER_THAN',
      Threshold,
      ThresholdType: 'PERCENTAGE',
    },
    Subscribers: [{ SubscriptionType: 'EMAIL', Address: 'me@example.org' }],
  })
  expect(made).toEqual({
    AccountId: '123456789012',
    Budget: {
      BudgetName: 'wikiflow-us-east-1',
      BudgetType: 'COST',
      TimeUnit: 'CUSTOM',
      TimePeriod: { Start: new Date('2026-11-23T00:00:00Z'), End: new Date('2027-11-23T00:00:00Z') },
      BudgetLimit: { Amount: '100', Unit: 'USD' },
      CostTypes: { IncludeCredit: false, IncludeRefund: false },
    },
    NotificationsWithSubscribers: [alert(50), alert(80), alert(100)],
    ResourceTags: [],
  })
})

test('a budget as AWS gives it back is as it should be', async () => {
  onAws('me@example.org')
  expect(await budgetPart(context).find()).toMatchObject({ ours: true, facts: budgetFacts(stack) })
})

test.each([
  [{ BudgetLimit: { Amount: '250.0', Unit: 'USD' } }, { limit: '250.00 USD' }],
  [{ TimeUnit: 'MONTHLY' }, { period: 'MONTHLY, again and again' }],
  [{ CostTypes: { IncludeCredit: true, IncludeRefund: false } }, { counts: 'cost less credits' }],
  [{ CostTypes: undefined }, { counts: 'cost less credits and refunds' }],
  [
    { CostFilters: { Service: ['Amazon S3'] } },
    { counts: 'cost before credits and refunds of a part of the account' },
  ],
  [{ BudgetType: 'USAGE' }, { counts: 'USAGE' }],
] as const)('a budget changed by hand to %j shows it', (change, shown) => {
  const budget = { ...made.Budget, ...change } as Parameters<typeof foundBudgetFacts>[0]
  const found = alerts().map(alert => ({ alert, readers: ['me@example.org'] }))
  expect(foundBudgetFacts(budget, found)).toEqual({ ...budgetFacts(stack), ...shown })
})

test('alerts that reach different people, or nobody, say so', () => {
  const [first, second] = alerts()
  if (!made.Budget || !first || !second) throw new Error('a budget has alerts')
  const readers = (...lists: string[][]) =>
    foundBudgetFacts(made.Budget as never, [
      { alert: first, readers: lists[0] },
      { alert: second, readers: lists[1] },
    ])['e-mail']
  expect(readers(['b@x', 'a@x'], ['a@x', 'b@x'])).toBe('a@x, b@x')
  expect(readers(['a@x'], [])).toBe('a@x; none')
  expect(readers(['a@x'])).toBe(undefined)
})

test("a missing right to read a budget's tags is an error, not a budget that is taken for ours", async () => {
  onAws('me@example.org')
  aws.on(ListTagsForResourceCommand).rejects(awsError('AccessDeniedException', 'not you'))
  await expect(budgetPart(context).find()).rejects.toThrow('not you')
})

test("a server of one's own without tags of budgets is told from AWS", async () => {
  onAws('me@example.org')
  const page = new SyntaxError('Unexpected token <')
  aws.on(ListTagsForResourceCommand).rejects(page)
  await expect(budgetPart(context).find()).rejects.toThrow(page)
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1')
  expect(await budgetPart(context).find()).toMatchObject({ ours: true })
})

test('a new limit keeps the period, and with it what was spent', async () => {
  onAws('me@example.org')
  aws.on(UpdateBudgetCommand).callsFake(({ NewBudget }) => {
    aws.on(DescribeBudgetCommand).resolves({ Budget: NewBudget })
    return {}
  })
  const more = { ...context, stack: { ...stack, budget: { ...stack.budget, creditUsd: 200 } } }
  await budgetPart(more).change({ id: '', ours: true, facts: {} }, [changed('limit', '200.00 USD')], work)
  expect(aws.commandCalls(UpdateBudgetCommand)[0]?.args[0].input.NewBudget).toEqual({
    ...made.Budget,
    BudgetLimit: { Amount: '200', Unit: 'USD' },
  })
})

test('a new reader is added before the old one goes, so that no alert is left without one', async () => {
  onAws('old@example.org')
  const order: string[] = []
  aws.on(CreateSubscriberCommand).callsFake(({ Subscriber, Notification }) => {
    order.push(`+ ${Subscriber.Address} ${Notification.Threshold}`)
    expect(Notification).not.toHaveProperty('NotificationState')
    return {}
  })
  aws.on(DeleteSubscriberCommand).callsFake(({ Subscriber, Notification }) => {
    order.push(`- ${Subscriber.Address} ${Notification.Threshold}`)
    if (order.length === 6) onAws('me@example.org')
    return {}
  })
  await budgetPart(context).change(
    { id: '', ours: true, facts: {} },
    [changed('e-mail', 'me@example.org')],
    work,
  )
  expect(order).toEqual([
    ...[50, 80, 100].map(threshold => `+ me@example.org ${threshold}`),
    ...[50, 80, 100].map(threshold => `- old@example.org ${threshold}`),
  ])
})

function changed(property: string, after: string): Difference {
  return { property, before: 'something else', after, kind: 'change' }
}
