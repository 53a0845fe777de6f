import { configName } from '../stack/load.ts'
import { type Check } from './check.ts'
import { type StackContext } from './stack-context.ts'

/** Whether the stack's description is there and valid. */
export const configCheck: Check<Pick<StackContext, 'stack'>> = {
  id: 'config',
  title: configName,
  run: async ({ stack }) => {
    const { name, region, host, database } = await stack()
    return {
      state: 'ok',
      found: `${name} in ${region}: ${host.count} × ${host.type}, ${database.class}`,
    }
  },
}
