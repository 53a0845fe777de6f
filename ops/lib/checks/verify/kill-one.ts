import { agreed } from '../../ask.ts'
import { killAndWatch, type Moment, momentLine } from './chaos.ts'
import { type Session } from './session.ts'

/**
 * `--chaos`: says which worker is to be killed, asks, kills it, and tells of the takeover as it goes.
 * @throws UserError when there is none to kill, when nobody can be asked, or when the others don't take over in time.
 */
export async function killOne(
  session: Session,
  { yes, json }: { yes: boolean; json: boolean },
): Promise<void> {
  try {
    const pipeline = await session.pipeline()
    const victim = await pipeline.victim()
    const partitions = victim.partitions.join(', ')
    console.error(
      `SIGKILL for ${victim.name}, which counts partitions ${partitions}. What it has not stored is counted again by others.`,
    )
    if (!(await agreed('Kill it?', yes))) {
      console.log('Nothing was killed.')
      return
    }
    let moments: Moment[] = []
    await pipeline.alone('chaos', async signal => {
      const tell = (moment: Moment) => {
        if (!json) console.log(momentLine(moment))
      }
      moments = await killAndWatch(pipeline, victim, { tell, signal })
      return 'done'
    })
    const took = (moments.at(-1)?.afterMs ?? 0) / 1_000
    const next = session.command
    if (json)
      console.log(
        JSON.stringify(
          { stack: session.name, victim: victim.name, partitions: victim.partitions, moments, next },
          null,
          2,
        ),
      )
    else
      console.log(
        `\nA worker was killed, and ${took.toFixed(0)} s later nothing is lost and nothing counted twice.\nNext: ${next}`,
      )
  } finally {
    await session.close()
  }
}
