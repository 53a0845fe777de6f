import { setTimeout as sleep } from 'node:timers/promises'
import { type Check, type Outcome } from '../check.ts'
import { type PipelineContext } from './context.ts'
import { type Pipeline } from './pipeline.ts'

/** How long the page's total may stand still, in ms, and how often it is looked at: a rebalance takes half of it. */
const patienceMs = 30_000
/** The same where the source has nothing more to send: what is under way may still come. */
const endMs = 5_000
const pollMs = 1_000
/** How long the page may take to be reached from here, in ms. */
const reachMs = 10_000

/** Whether readers get a page whose numbers move. */
export const dashboardCheck: Check<Pick<PipelineContext, 'pipeline' | 'view'>> = {
  id: 'dashboard',
  title: 'dashboard',
  looksAt: 'readers reach the page from here, and its total moves',
  needs: ['page'],
  run: async ({ pipeline, view }, say) => {
    const stack = await pipeline()
    const moved = await untilMoves(stack, (await view()).counted.total, say)
    if (moved.state !== 'ok') return moved
    return (
      (await reached(stack.address)) ?? {
        ...moved,
        found: `${moved.found}${stack.address ? `; ${stack.address}` : ''}`,
      }
    )
  },
}

/** Watches the total until it is another one. */
async function untilMoves(
  { look, isSourceOver, commands }: Pipeline,
  before: number,
  say: (progress: string) => void,
): Promise<Outcome> {
  const since = performance.now()
  const isOver = await isSourceOver()
  const mostMs = isOver ? endMs : patienceMs
  const total = before.toLocaleString('en')
  for (;;) {
    const { counted } = await look()
    const seconds = Math.max(1, Math.round((performance.now() - since) / 1_000))
    if (counted.total > before) {
      const more = (counted.total - before).toLocaleString('en')
      return { state: 'ok', found: `its total moves: ${total} and ${more} more in ${seconds} s` }
    }
    if (performance.now() - since > mostMs) break
    say(`the total stands at ${total}`)
    await sleep(pollMs)
  }
  if (isOver) {
    return {
      state: 'warning',
      found: `its total stands at ${total}: the source has sent all that it was to send`,
    }
  }
  return {
    state: 'failed',
    found: `its total has stood at ${total} for ${patienceMs / 1_000} s`,
    fix: commands.logs('ingest'),
  }
}

/** A warning when the page can't be opened from this machine; undefined when it can, or isn't meant to be. */
async function reached(address: string | undefined): Promise<Outcome | undefined> {
  if (address === undefined) return undefined
  try {
    const { ok, status } = await fetch(address, { signal: AbortSignal.timeout(reachMs) })
    if (ok) return undefined
    return unreached(address, `it answers ${status}`)
  } catch (error) {
    const code = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    return unreached(address, code)
  }
}

function unreached(address: string, why: string): Outcome {
  return {
    state: 'warning',
    found: `its numbers move, but ${address} can't be opened from here: ${why}`,
    fix: "npx zx ops/tunnel.ts; or let this machine's network in (operator.cidrs, or the firewall before the host)",
  }
}
