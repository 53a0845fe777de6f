import { type Stack } from './schema.ts'

/** A field that each rule of its own allows, and another field doesn't. */
export type Contradiction = { path: readonly (string | number)[]; allowed: string }

/** Where the fields of a description contradict each other. */
export function contradictions(stack: Stack): Contradiction[] {
  const { region, zone, lake, operator } = stack
  const found: Contradiction[] = []
  if (zone !== undefined && zone.slice(0, -1) !== region) {
    found.push({ path: ['zone'], allowed: `a zone of the region ${region}, such as ${region}a` })
  }
  const { infrequentAccessAfterDays: moved, deleteAfterDays: deleted } = lake
  if (deleted !== undefined && deleted <= moved) {
    found.push({
      path: ['lake', 'deleteAfterDays'],
      allowed: `more than infrequentAccessAfterDays (${moved}): S3 deletes nothing before it moves it`,
    })
  }
  operator.cidrs.forEach((cidr, index) => {
    const first = operator.cidrs.indexOf(cidr)
    if (first < index) {
      found.push({
        path: ['operator', 'cidrs', index],
        allowed: `each network once (it is number ${first + 1} already)`,
      })
    }
  })
  return found
}
