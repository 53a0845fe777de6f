import { configName } from '../stack/load.ts'
import { type Check } from './check.ts'
import { type StackContext } from './stack-context.ts'

/** Whether the stack's description is there and valid. */
export const configCheck: Check<Pick<StackContext, 'stack'>> = {
  id: 'config',
  title: configName,
  run: async ({ stack }) => {
    const { name, region, host, database, pipeline } = await stack()
    const found = `${name} in ${region}: ${host.count} × ${host.type}, ${database.class}`
    if (pipeline.contact !== undefined) return { state: 'ok', found }
    return {
      state: 'warning',
      found: `${found}; it isn't said who reads Wikimedia's stream, without which deploy refuses to`,
      fix: "pipeline.contact: your e-mail address or a page about you, in the stack's description",
    }
  },
}
