import { visible } from '../cloud/fact-text.ts'
import { readTargetFile } from '../deploy/file-target.ts'
import { notReady } from '../deploy/gates.ts'
import { reasonsOf } from '../deploy/render.ts'
import { probeFlow } from './flow.ts'
import { judgeError } from './judge-error.ts'
import { needsInfrastructure, type OnHosts } from './on-hosts.ts'
import { type Probed, type Step } from './step.ts'

/** A step on the hosts: nobody looks before there are some, and what can't be read of them now may be readable soon. */
function onHosts(
  judge: (hosts: OnHosts, say: (progress: string) => void) => Promise<Probed> | Probed,
): Step['probe'] {
  return async (context, say) => {
    const { target } = context.destination
    try {
      if (target === undefined) await context.plan()
      else readTargetFile(target)
    } catch (error) {
      return { state: judgeError(error).state, evidence: needsInfrastructure }
    }
    say('looking at the hosts')
    let hosts: OnHosts | string
    try {
      hosts = await context.hosts()
    } catch (error) {
      return { state: 'unknown', evidence: judgeError(error).evidence }
    }
    return typeof hosts === 'string' ? { state: 'to do', evidence: visible(hosts) } : judge(hosts, say)
  }
}

/** This project's release and its image, on the hosts. */
export const shipStep: Step = {
  id: 'ship',
  phase: 'deploy',
  title: 'ship and build',
  makes: "the release's files on the first host, and its image on every host",
  byHand: 'npx zx ops/deploy.ts',
  probe: onHosts(({ next: { release, image }, isShipped, withoutImage, target }) => {
    if (!isShipped)
      return { state: 'to do', evidence: `release ${release} is not on ${target.hosts[0].name}` }
    if (withoutImage.length > 0) {
      return { state: 'to do', evidence: `${visible(withoutImage.join(', '))} lacks ${image}` }
    }
    return { state: 'done', evidence: `release ${release} and ${image} are there` }
  }),
}

/** Every service runs from this project's release, and says it is ready. */
export const runStep: Step = {
  id: 'run',
  phase: 'deploy',
  title: 'run it',
  makes: 'the Swarm with all services of the release, each ready',
  byHand: 'npx zx ops/deploy.ts',
  probe: onHosts(({ serves, next, plan, isSettled, pipeline }) => {
    if (serves === undefined) return { state: 'to do', evidence: 'nothing was deployed yet' }
    if (serves !== next.release)
      return { state: 'to do', evidence: `${serves} serves, ${next.release} is next` }
    if (!isSettled) {
      const changes = plan.services.flatMap(change => {
        const why = reasonsOf(change)
        return change.action === 'same' ? [] : [`${visible(change.service)}${why && ` (${why})`}`]
      })
      return { state: 'to do', evidence: `to settle: ${changes.join(', ') || 'an interrupted deploy'}` }
    }
    if (typeof pipeline === 'string') return { state: 'to do', evidence: visible(pipeline) }
    const why = notReady(pipeline, Number(next.variables.WORKERS || 3))
    if (why !== undefined) return { state: 'to do', evidence: visible(why) }
    return {
      state: 'done',
      evidence: `release ${serves} serves with ${plan.services.length} services, all ready`,
    }
  }),
}

/** Numbers that move on the page, and a young file of the lake. */
export const checkStep: Step = {
  id: 'check',
  phase: 'deploy',
  title: 'page and files in S3',
  makes:
    'a page whose newest event is under a minute old, and a file of the lake no older than two rotations',
  byHand: 'npx zx ops/verify.ts --deployed',
  probe: onHosts(({ serves, target }, say) =>
    serves === undefined ? { state: 'to do', evidence: 'nothing was deployed yet' } : probeFlow(target, say),
  ),
}
