import { type Check } from '../check.ts'
import { type HostsContext } from './context.ts'

/** Whether there is a stack on the hosts to look at. */
export const deployedCheck: Check<Pick<HostsContext, 'pipeline'>> = {
  id: 'deployed',
  title: 'deployment',
  looksAt: 'a release is deployed on the hosts',
  needs: ['host'],
  run: async ({ pipeline }) => {
    const { release } = await (await pipeline()).tasks()
    return {
      state: 'ok',
      found: release === undefined ? 'services run, of no release' : `release ${release}`,
    }
  },
}
