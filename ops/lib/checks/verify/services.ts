import { UserError } from '../../script.ts'
import { type Check, type Outcome } from '../check.ts'
import { type PipelineContext } from './context.ts'
import { type Commands, type Tasks } from './pipeline.ts'
import { type View } from './view.ts'

/** Whether all that should run does, and says that it does its job. */
export const servicesCheck: Check<Pick<PipelineContext, 'pipeline' | 'view'>> = {
  id: 'services',
  title: 'services',
  looksAt: 'all tasks run where they are placed, of the release that served last, and say they are ready',
  needs: ['deployed'],
  run: async ({ pipeline, view }) => {
    const { tasks, commands } = await pipeline()
    // Where the page doesn't answer, the supervisor or the Swarm still knows what runs.
    const seen = await view().catch((error: unknown) => {
      if (error instanceof UserError) return undefined
      throw error
    })
    return judgeServices(await tasks(), seen, commands)
  },
}

type Fixes = Pick<Commands, 'status' | 'start' | 'logs'>

/** Services as they run, beside what they say of themselves. @param view undefined where the page doesn't answer. */
export function judgeServices(
  tasks: Tasks,
  view: Pick<View, 'services'> | undefined,
  commands: Fixes,
): Outcome {
  const trouble = troubleOf(tasks, view, commands)
  if (trouble) return trouble
  const { services, release } = tasks
  const what = `${placesOf(services)} run${release === undefined ? '' : `, of release ${release}`}`
  const asked = view?.services
  if (!asked) {
    return view
      ? warning(`${what}; the dashboard asks none whether it is ready (SERVICE_URLS)`, commands.start)
      : warning(
          `${what}; the page, which asks whether they are ready, doesn't answer`,
          commands.logs('dashboard'),
        )
  }
  const found = `${what}; all ${asked.length} that are asked are ready`
  const failed = services.find(one => one.trouble !== undefined)
  if (failed) {
    return warning(
      `${found}. Within the hour ${failed.name} failed: ${failed.trouble}`,
      commands.logs(failed.name),
    )
  }
  if (tasks.uneven === 0) return { state: 'ok', found }
  const moving = tasks.uneven === 1 ? 'a worker' : `${tasks.uneven} workers`
  return warning(`${found}; ${moving} would have to move to be shared out evenly`, commands.start)
}

function troubleOf(
  { services, release, places }: Tasks,
  view: Pick<View, 'services'> | undefined,
  commands: Fixes,
): Outcome | undefined {
  const lacking = services.filter(({ running, wanted }) => running !== wanted)
  const silent = (view?.services ?? []).filter(({ state }) => state !== 'ready')
  const others = services.filter(one => release !== undefined && one.release !== release)
  const troubles = [
    ...lacking.map(({ name, running, wanted, trouble }) => {
      return `${running} of ${wanted} ${name} ${running === 1 ? 'runs' : 'run'}${trouble ? ` (${trouble})` : ''}`
    }),
    ...silent.map(({ name, state, reason }) => `${name} is ${state}${reason ? ` (${reason})` : ''}`),
    ...others.map(({ name, release: its }) => {
      return `${name} is of ${its ? `release ${its}` : 'no release'}, and ${release} served last`
    }),
    ...places,
  ]
  if (troubles.length === 0) return undefined
  const [first] = lacking
  const [quiet] = silent
  const fix = first
    ? `${commands.logs(first.name)}; then ${commands.status}`
    : quiet
      ? commands.logs(serviceOf(quiet.name))
      : others.length > 0
        ? commands.start
        : commands.status
  return { state: 'failed', found: troubles.join('\n'), fix }
}

function warning(found: string, fix: string): Outcome {
  return { state: 'warning', found, fix }
}

/** `8 tasks on host-1, 2 on host-2`. */
function placesOf(services: Tasks['services']): string {
  const places = new Map<string, number>()
  for (const { where } of services) {
    for (const [place, count] of Object.entries(where)) places.set(place, (places.get(place) ?? 0) + count)
  }
  const told = [...places].map(
    ([place, count], index) => `${count}${index === 0 ? ' tasks' : ''} on ${place}`,
  )
  return told.join(', ') || 'no tasks'
}

/** `worker 2` and `worker-2` are a worker; what the page calls the lake is the service batch. */
function serviceOf(name: string): string {
  const service = name.replace(/[ -]\d+$/, '')
  return service === 'lake' ? 'batch' : service
}
