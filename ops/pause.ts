/** `npx zx ops/pause.ts`: stops what bills by the hour, and says what still does. */
import { changePower } from './lib/cloud/change-power.ts'
import { renderPausedBill } from './lib/cloud/paused-bill.ts'
import { runCloudScript } from './lib/cloud/script.ts'

const help = `npx zx ops/pause.ts [options]      stop the hosts and the database, keep all data

The pipeline stands still meanwhile. Wikimedia keeps its stream for at least 7 days: when the stack runs again within
that time, ingest goes on where it was and nothing is missing. A host that stops tells its services to end, as at any
shut-down, and gives them their time: 15 seconds, the log a minute. What isn't in the lake or counted by then is in the
log, on the host's disk. Disks, addresses and the lake still cost; the last lines say how much.

  --plan         the plan alone
  --yes          agree to the plan
  --json         plan and result as one JSON object on standard output
  --config FILE  the stack's description (default wikiflow.config.ts)
  --state DIR    where this machine's keys and passwords are kept (default .wikiflow)

Exit code: 0 paused · 1 something failed, or was refused · 2 with --plan: something is to do`

await runCloudScript(() =>
  changePower(import.meta.url, {
    help,
    power: 'stopped',
    closing: ({ result }, open) => {
      if (result === 'planned') return 'Nothing was changed; to carry it out: npx zx ops/pause.ts'
      if (result === 'failed')
        return 'Not all is stopped yet: mend what is named above and run the same command again.'
      if (result !== 'done' && result !== 'nothing to do') return 'Nothing was changed.'
      return `${renderPausedBill(open)}\nThe stack is paused; to go on: npx zx ops/resume.ts`
    },
  }),
)
