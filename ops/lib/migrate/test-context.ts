import { type MigrationContext } from './context.ts'
import { usualStack } from './usual-stack.ts'

const never = (what: string) => async () => {
  throw new Error(`${what} is not looked at here`)
}

/** What probes look at, for tests: a project of two files, and what is given; the rest must not be asked for. */
export function contextWith(answers: Partial<MigrationContext>): MigrationContext {
  const context: MigrationContext = {
    destination: { state: '/nowhere' },
    described: async () => usualStack,
    release: async () => ({ id: '0123456789ab', files: [], bytes: 0 }),
    localTest: never('the test on this machine'),
    open: never('AWS'),
    plan: never('AWS'),
    hosts: never('the hosts'),
    again: () => context,
    ...answers,
  }
  return context
}
