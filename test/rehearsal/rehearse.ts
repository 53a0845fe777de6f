/** `npm run rehearse`: a person watches a deploy, and what can go wrong with one, on hosts made for it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { interruptible } from '../../ops/lib/interrupt.ts'
import { runScript, UserError } from '../../ops/lib/script.ts'
import { type Ended } from './walk/command.ts'
import { servicesOn } from './walk/containers.ts'
import { openWalk, type Walk } from './walk/walk.ts'

const help = `npm run rehearse      the whole of a deploy, on this machine

Makes hosts out of namespaces, each with a Docker engine and an sshd of its own, and around them a database as RDS, S3,
and Wikimedia's stream, simulated. Deploys to them over SSH into a Swarm, breaks what can break, and holds log, database
and lake against each other. Takes some minutes, and the first time some more; leaves nothing behind.

Needs root on a Linux with debootstrap, iptables, openssh-server, Java and Maven.

Exit code: 0 all of it went as it should · 1 something didn't`

const events = 20_000
/** How long an up-and-coming stack may take, in ms. */
const patienceMs = 300_000

/** A step: what is said before it, and what it proves. */
type Step = { doing: string; proves: string; work(walk: Walk): Promise<void> }

const steps: readonly Step[] = [
  {
    doing: 'A first deploy, as a user runs it: npx zx ops/deploy.ts --yes',
    proves: 'a first deploy brings up all services and serves',
    work: async walk => must(await walk.run('deploy.ts', '--yes')),
  },
  {
    doing: 'The same again',
    proves: 'a deploy without a change does nothing',
    work: async walk => must(await walk.run('deploy.ts', '--yes'), /Nothing to do/),
  },
  {
    doing: 'Events arrive; then the audit, inside the batch container',
    proves: 'events go from the stream to log, database and lake, none lost and none counted twice',
    work: async walk => {
      const visitor = walk.visit()
      await sleep(10_000)
      const { first, last } = await visitor.leave()
      say(`  the page counted ${last - first} events in ten seconds`)
      await audited(walk)
    },
  },
  {
    doing: 'A release whose workers end at once',
    proves: 'a bad release is rolled back by itself, and the one before goes on',
    work: async walk => {
      const undo = await walk.project.edit(
        'runtime/src/worker/main.ts',
        text => `if (process.env.PGHOST) throw new Error('this worker is broken')\n${text}`,
      )
      const ended = await walk.run('deploy.ts', '--yes')
      await undo()
      if (ended.code !== 1 || !/rolled back to [0-9a-f]{12}, which serves/.test(ended.said)) {
        throw new UserError(`it ended with ${ended.code}, and wasn't rolled back`)
      }
      await audited(walk)
    },
  },
  {
    doing: "The host's plug is pulled, and put back",
    proves: 'a rebooted host comes up by itself',
    work: async walk => {
      await walk.first.powerOff()
      say('  off')
      await walk.first.powerOn()
      say('  on again; waiting for the services')
      await untilWell(walk)
      await audited(walk)
    },
  },
  {
    doing: 'A second host joins',
    proves: 'a second host joins the Swarm and takes its share of the workers',
    work: async walk => {
      const second = await walk.rehearsal.addMachine()
      await walk.describe()
      must(await walk.run('deploy.ts', '--yes'))
      must(await walk.run('status.ts'), new RegExp(`worker .*${second.name}`))
    },
  },
  {
    doing: `The rest of the source's ${events} events, all at once; then the audit`,
    proves: `all of the ${events} events that the source made are counted, each once`,
    work: async walk => {
      await walk.source({ burst: { factor: 1_000, seconds: 600 } })
      const { source, said } = await walk.auditAtEnd()
      if (source?.counted !== events) throw new UserError(`not all of them are counted: ${said}`)
    },
  },
]

await runScript(async () => {
  if (process.argv.includes('--help')) return say(help)
  if (process.getuid?.() !== 0) {
    throw new UserError(
      'a rehearsal makes hosts out of namespaces, which root alone may: sudo env "PATH=$PATH" npm run rehearse',
    )
  }
  await interruptible(async signal => {
    say('Making a host, a database, S3 and a stream of events')
    const walk = await openWalk({ source: { rate: 40, total: events } }, text => process.stdout.write(text))
    try {
      for (const [index, { doing, work }] of steps.entries()) {
        signal.throwIfAborted()
        say(`\n━━ ${index + 1} of ${steps.length}: ${doing}\n`)
        await orAborted(work(walk), signal)
      }
    } finally {
      say('\nTaking it all away')
      await walk.close()
    }
    say(`\nProven here:\n${steps.map(({ proves }) => `✓ ${proves}`).join('\n')}`)
  }).catch(error => {
    throw error instanceof Error && error.name === 'Interrupted'
      ? new UserError('ended by you; nothing is left')
      : error
  })
})

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** @throws UserError when a command ended in another way than with 0, or didn't say what it should. */
function must({ code, said }: Ended, saying = /^/): void {
  if (code !== 0) throw new UserError(`it ended with exit code ${code}`)
  if (!saying.test(said)) throw new UserError(`it didn't say ${saying}`)
}

async function audited(walk: Walk): Promise<void> {
  const { code, said, totals } = await walk.audit()
  if (code !== 0) throw new UserError(`the audit found something: ${said}`)
  say(
    `  conserved: ${totals.records} records in the log = ${totals.events} counted + ${totals.deadLetters} dead`,
  )
}

async function untilWell(walk: Walk): Promise<void> {
  for (const until = Date.now() + patienceMs; ; await sleep(2_000)) {
    const services = await servicesOn(walk.first, walk.stack)
    const { code, said } = await walk.run('status.ts')
    if (code === 0 && services.length > 0) return
    if (Date.now() > until) throw new UserError(`it isn't up after ${patienceMs / 60_000} minutes:\n${said}`)
  }
}

/** The promise, or the signal's reason when that comes first. */
function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
    ),
  ])
}
