import {
  type BudgetsClient,
  CreateBudgetCommand,
  CreateNotificationCommand,
  CreateSubscriberCommand,
  DeleteBudgetCommand,
  DeleteNotificationCommand,
  DeleteSubscriberCommand,
  DescribeBudgetCommand,
  DescribeSubscribersForNotificationCommand,
  ListTagsForResourceCommand,
  type Notification,
  paginateDescribeNotificationsForBudget,
  TagResourceCommand,
  UpdateBudgetCommand,
} from '@aws-sdk/client-budgets'
import { answered } from '../answered.ts'
import { type Context } from '../context.ts'
import { orExisting } from '../existing.ts'
import { missing } from '../missing.ts'
import { type Part } from '../part.ts'
import { appliedMark, isOurs, tagKeys, tagValue } from '../tags.ts'
import { untilShown } from '../until-shown.ts'
import {
  alertInWords,
  alerts,
  budgetFacts,
  budgetOf,
  budgetRequest,
  foundBudgetFacts,
  subscriberOf,
} from './budget-request.ts'

/** The budget whose alerts AWS sends by e-mail; without an address there is none. */
export function budgetPart({ stack, id, names, cloud: { budgets }, wanted }: Context): Part {
  const budget = { AccountId: id.account, BudgetName: names.budget }
  const arn = `arn:aws:budgets::${id.account}:budget/${names.budget}`
  const want = budgetFacts(stack)
  const read = async () => (await missing(budgets.send(new DescribeBudgetCommand(budget))))?.Budget
  return untilShown({
    id: 'budget',
    title: 'AWS budget',
    name: names.budget,
    needs: [],
    wanted: wanted && stack.budget.email !== undefined,
    want,
    fixed: {},
    usage: [],
    find: async () => {
      const found = await read()
      if (!found) return undefined
      const [listed, tags] = await Promise.all([
        alertsOf(budgets, budget),
        answered(budgets.send(new ListTagsForResourceCommand({ ResourceARN: arn }))),
      ])
      return {
        id: arn,
        // A server that knows no tags of budgets leaves only the name to know it by.
        ours: !tags || isOurs(id, 'budget', tags.ResourceTags),
        applied: tags ? tagValue(tags.ResourceTags, tagKeys.applied) : appliedMark(want),
        facts: foundBudgetFacts(found, listed),
      }
    },
    create: async ({ tags }) => {
      const request = budgetRequest(stack, names, id.account, new Date(), tags)
      await orExisting(budgets.send(new CreateBudgetCommand(request)))
    },
    change: async (_found, differences) => {
      const changed = new Set(differences.map(({ property }) => property))
      if (changed.has('limit') || changed.has('period') || changed.has('counts')) {
        const now = await read()
        const made = budgetOf(stack, names, new Date())
        // Set anew, the period would forget what was spent before.
        const TimePeriod = now?.TimeUnit === 'CUSTOM' ? now.TimePeriod : made.TimePeriod
        await budgets.send(
          new UpdateBudgetCommand({ AccountId: id.account, NewBudget: { ...made, TimePeriod } }),
        )
      }
      if (changed.has('alerts') || changed.has('e-mail')) await setAlerts(budgets, budget, stack.budget.email)
    },
    tag: async (_found, tags) => {
      await answered(budgets.send(new TagResourceCommand({ ResourceARN: arn, ResourceTags: [...tags] })))
    },
    remove: async () => {
      await missing(budgets.send(new DeleteBudgetCommand(budget)))
    },
  })
}

type BudgetName = { AccountId: string; BudgetName: string }
/** An alert and whom it reaches; undefined where that can't be read. */
type Alert = { alert: Notification; readers: string[] | undefined }

async function alertsOf(client: BudgetsClient, budget: BudgetName): Promise<Alert[]> {
  const found: Notification[] = []
  for await (const page of paginateDescribeNotificationsForBudget({ client }, budget)) {
    found.push(...(page.Notifications ?? []).map(identityOf))
  }
  return Promise.all(
    found.map(async alert => ({
      alert,
      readers: await readersOf(client, { ...budget, Notification: alert }),
    })),
  )
}

async function readersOf(
  client: BudgetsClient,
  alert: BudgetName & { Notification: Notification },
): Promise<string[] | undefined> {
  const found = await answered(client.send(new DescribeSubscribersForNotificationCommand(alert)))
  return found?.Subscribers?.flatMap(({ Address }) => Address ?? [])
}

/** What AWS knows an alert by; whether it went off is not part of it. */
function identityOf({ NotificationState: _state, ...alert }: Notification): Notification {
  return alert
}

/** Makes alerts and readers as they should be, adding before removing: AWS drops an alert that reaches nobody. */
async function setAlerts(
  budgets: BudgetsClient,
  budget: BudgetName,
  email: string | undefined,
): Promise<void> {
  const Subscribers = email === undefined ? [] : [subscriberOf(email)]
  const found = await alertsOf(budgets, budget)
  const wanted = new Set(alerts().map(alertInWords))
  for (const Notification of alerts()) {
    const there = found.find(({ alert }) => alertInWords(alert) === alertInWords(Notification))
    if (!there) {
      await orExisting(budgets.send(new CreateNotificationCommand({ ...budget, Notification, Subscribers })))
      continue
    }
    for (const Subscriber of there.readers ? Subscribers : []) {
      if (there.readers?.includes(Subscriber.Address)) continue
      await orExisting(budgets.send(new CreateSubscriberCommand({ ...budget, Notification, Subscriber })))
    }
  }
  for (const { alert: Notification, readers = [] } of found) {
    if (!wanted.has(alertInWords(Notification))) {
      await budgets.send(new DeleteNotificationCommand({ ...budget, Notification }))
      continue
    }
    for (const Address of readers.filter(reader => reader !== email)) {
      await budgets.send(
        new DeleteSubscriberCommand({ ...budget, Notification, Subscriber: subscriberOf(Address) }),
      )
    }
  }
}
