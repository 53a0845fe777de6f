/** `npx zx ops/resume.ts`: starts what `ops/pause.ts` stopped. */
import { changePower } from './lib/cloud/change-power.ts'
import { runCloudScript } from './lib/cloud/script.ts'
import { awaitPipeline, wasReached } from './lib/deploy/await-pipeline.ts'
import { standingTarget, thingsOf } from './lib/deploy/standing-target.ts'

const help = `npx zx ops/resume.ts [options]      start the hosts and the database again

Swarm starts the services by itself, and ingest goes on where it was. Waits until all of them are ready.

  --plan         the plan alone
  --yes          agree to the plan
  --json         plan and result as one JSON object on standard output
  --config FILE  the stack's description (default wikiflow.config.ts)
  --state DIR    where this machine's keys and passwords are kept (default .wikiflow)

Exit code: 0 running, and what is deployed is ready · 1 something failed, or was refused · 2 with --plan: something is to do`

const nothing = 'Nothing is deployed on it yet: npx zx ops/deploy.ts.'

await runCloudScript(() =>
  changePower(import.meta.url, {
    help,
    power: 'running',
    pipeline: async (open, { things }) => {
      if (!wasReached(open.context.files, things)) return nothing
      const target = await standingTarget(open, await thingsOf(open))
      const isThere = await awaitPipeline(target, what => process.stderr.write(`${what}\n`))
      return isThere ? 'The pipeline is ready, and catches up.' : nothing
    },
    closing: ({ result }, _open, pipeline) => {
      if (result === 'planned') return 'Nothing was changed; to carry it out: npx zx ops/resume.ts'
      if (result === 'failed')
        return 'Not all runs yet: mend what is named above and run the same command again.'
      if (result !== 'done' && result !== 'nothing to do') return 'Nothing was changed.'
      return `The stack runs. ${pipeline ?? ''} Is it as described? npx zx ops/provision.ts --plan`
    },
  }),
)
