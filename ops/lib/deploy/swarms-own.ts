import { z } from 'zod'
import { type Compose } from '../compose/compose.ts'
import { type ServiceFiles } from './secrets.ts'

/** How Compose files name a file that is brought with them: `${SECRETS}/kafka-password`. */
const brought = /^\$\{?SECRETS\b[^/]*\/(.+)$/

const fromFile = z.looseObject({ file: z.string() })

/**
 * A Compose file whose secrets and configs are the Swarm's own where their files aren't brought: an older release can
 * need what today's description doesn't name any more, such as an outside Kafka's password, and the Swarm still has it
 * under the name that the release's own marks make.
 */
export function withSwarmsOwn(compose: Compose, files: ServiceFiles): Compose {
  const leave = (declared: unknown) => {
    const { file, ...others } = fromFile.safeParse(declared).data ?? {}
    const [, name] = brought.exec(file ?? '') ?? []
    return name === undefined || name in files ? declared : { ...others, external: true }
  }
  const all = (declared: Compose['secrets']) =>
    declared && Object.fromEntries(Object.entries(declared).map(([name, one]) => [name, leave(one)]))
  const { secrets, configs } = compose
  return { ...compose, ...(secrets && { secrets: all(secrets) }), ...(configs && { configs: all(configs) }) }
}
