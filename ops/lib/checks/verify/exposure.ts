import { type Fact } from '../../cloud/part.ts'
import { type Plan } from '../../cloud/plan.ts'

/** What a security group calls everybody. */
const everybody = /\bfrom (0\.0\.0\.0\/0|::\/0)$/

/** What of a stack on AWS is open to the world, and isn't described so: as sentences, none when all is well. */
export function exposuresOf({ steps }: Plan): string[] {
  return steps.flatMap(({ part, found }) => {
    if (!found) return []
    const is = found.facts
    const open = setOf(is.inbound)
      .filter(rule => everybody.test(rule) && !setOf(part.want.inbound).includes(rule))
      .map(rule => `${part.name} lets in ${rule}`)
    const groups = setOf(is['security groups'])
      .filter(group => !setOf(part.want['security groups']).includes(group))
      .map(group => `${part.name} is in the security group ${group}, which isn't the stack's`)
    return [
      ...open,
      ...groups,
      ...(is['reachable from'] === 'the internet'
        ? [`${part.name}, the database, has a public address`]
        : []),
      ...(is['public access'] === 'not blocked' ? [`${part.name} doesn't block public access`] : []),
    ]
  })
}

function setOf(fact: Fact | undefined): readonly string[] {
  return Array.isArray(fact) ? fact : []
}
