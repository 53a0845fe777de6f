/** `npx zx ops/resume.ts`: starts what `ops/pause.ts` stopped. */
import { changePower } from './lib/cloud/change-power.ts'
import { runCloudScript } from './lib/cloud/script.ts'

const help = `npx zx ops/resume.ts [options]      start the hosts and the database again

  --plan         the plan alone
  --yes          agree to the plan
  --json         plan and result as one JSON object on standard output
  --config FILE  the stack's description (default wikiflow.config.ts)
  --state DIR    where this machine's keys and passwords are kept (default .wikiflow)

Exit code: 0 running · 1 something failed, or was refused · 2 with --plan: something is to do`

await runCloudScript(() =>
  changePower(import.meta.url, {
    help,
    power: 'running',
    closing: ({ result }) => {
      if (result === 'planned') return 'Nothing was changed; to carry it out: npx zx ops/resume.ts'
      if (result === 'failed')
        return 'Not all runs yet: mend what is named above and run the same command again.'
      if (result !== 'done' && result !== 'nothing to do') return 'Nothing was changed.'
      return 'The stack runs; is it as described? npx zx ops/provision.ts --plan'
    },
  }),
)
