import { splitImage, type Upgrade } from './versions.ts'

/** The plan of an upgrade as lines: what changes, what waits meanwhile, what can't be undone. */
export function upgradeLines({ from, to, step }: Upgrade, stack: string): string[] {
  if (step === 'same') return [`${stack}: the log runs ${to}`]
  const [old, next] = [splitImage(from).tag, splitImage(to).tag]
  return [
    `${stack}: the log ${old} → ${next}`,
    '',
    `~ redpanda  ${from} → ${to}`,
    '',
    'The image is loaded first. Then ingest stops, and when what it has sent is written, the log, for a minute or so; workers',
    `wait, and the source is resumed where it was: nothing is lost. If ${next} doesn't get healthy, or not all is ready with it,`,
    `${old} takes its place again.`,
    ...wayBack(step, { from, old, next }),
  ]
}

function wayBack(
  step: Upgrade['step'],
  { from, old, next }: { from: string; old: string; next: string },
): string[] {
  if (step === 'patch' || step === 'patch back') {
    return [`Both read the same data. To go back later: npx zx ops/upgrade.ts --image ${from}`]
  }
  if (step === 'feature') {
    return [
      `Once ${next} is healthy there is no way back: within seconds Redpanda commits its data to the new feature release, and`,
      `${old} can't read it any more. A copy from before: npx zx ops/backup.ts`,
    ]
  }
  return [
    `Whether ${old} can read what ${next} has written isn't known here. A copy from before: npx zx ops/backup.ts`,
  ]
}
