import { type Difference, type Part } from './part.ts'
import { differencesOf } from './plan.ts'
import { type Look, waitUntil } from './wait.ts'

/** How long AWS may take to show what it has taken, in ms: IAM and EC2 answer from copies that are seconds behind. */
const limitMs = 60_000

/** A part whose changes wait until AWS shows them. */
export function untilShown(part: Part): Part {
  return {
    ...part,
    change: async (found, differences, work) => {
      await part.change(found, differences, work)
      const what = `${part.title} ${part.name}`
      await waitUntil(() => lookFor(part, differences), { what, limitMs, everyMs: 5_000, say: work.say })
    },
  }
}

async function lookFor(part: Part, differences: readonly Difference[]): Promise<Look<true>> {
  const want = Object.fromEntries(differences.map(({ property, after }) => [property, after]))
  const found = await part.find()
  const left = found ? differencesOf({ want }, found).map(({ property }) => property) : ['all of it']
  return left.length === 0 ? { done: true } : { still: `as before in ${left.join(', ')}` }
}
