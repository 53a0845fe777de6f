import { type Check } from './check.ts'
import { type StackContext } from './stack-context.ts'

/** Whether the region offers what the stack stands on: a default network, a zone with the host's type, an image. */
export const regionCheck: Check<Pick<StackContext, 'stack' | 'around'>> = {
  id: 'region',
  title: 'region',
  needs: ['plan'],
  run: async ({ stack, around }) => {
    const { host } = await stack()
    const { zone, vpc, image, hostType } = await around()
    const size = `${hostType.vcpus} vCPUs, ${hostType.memoryMib / 1_024} GB, ${hostType.architecture}`
    return { state: 'ok', found: `${zone} has ${host.type} (${size}); ${vpc}, ${image.name}` }
  },
}
