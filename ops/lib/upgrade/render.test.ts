import { expect, test } from 'vitest'
import { upgradeLines } from './render.ts'
import { planUpgrade } from './versions.ts'

const running = 'docker.redpanda.com/redpandadata/redpanda:v26.2.1'
const lines = (asked: Parameters<typeof planUpgrade>[1]) =>
  upgradeLines(planUpgrade(running, asked), 'wikiflow').join('\n')

test('a patch release says how to go back', () => {
  expect(lines({ redpanda: 'v26.2.2' })).toBe(`wikiflow: the log v26.2.1 → v26.2.2

~ redpanda  docker.redpanda.com/redpandadata/redpanda:v26.2.1 → docker.redpanda.com/redpandadata/redpanda:v26.2.2

The image is loaded first. Then ingest stops, and when what it has sent is written, the log, for a minute or so; workers
wait, and the source is resumed where it was: nothing is lost. If v26.2.2 doesn't get healthy, or not all is ready with it,
v26.2.1 takes its place again.
Both read the same data. To go back later: npx zx ops/upgrade.ts --image ${running}`)
})

test('a feature release says that there is no way back, another image that nobody knows', () => {
  expect(lines({ redpanda: 'v26.3.1' })).toContain('Once v26.3.1 is healthy there is no way back')
  expect(lines({ image: 'redpanda:mine' })).toContain("isn't known here")
})

test('the version that runs needs no plan', () => {
  expect(lines({ redpanda: 'v26.2.1' })).toBe(`wikiflow: the log runs ${running}`)
})
