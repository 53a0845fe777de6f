import { type Endpoint, endpoint } from '../endpoint.ts'
import { apiVersions } from '../protocol/cluster.ts'
import { errors } from '../protocol/errors.ts'
import { configsEndpoints } from './configs.ts'
import { type Context } from './context.ts'
import { fetchEndpoint } from './fetch.ts'
import { groupsEndpoints } from './groups.ts'
import { listOffsetsEndpoints } from './list-offsets.ts'
import { membershipEndpoints } from './membership.ts'
import { metadataEndpoint } from './metadata.ts'
import { offsetsEndpoints } from './offsets.ts'
import { produceEndpoints } from './produce.ts'
import { topicsEndpoints } from './topics.ts'

/** All that this broker can be asked, by API key. */
export function allEndpoints(context: Context): ReadonlyMap<number, Endpoint> {
  const endpoints: Endpoint[] = [
    ...produceEndpoints(context),
    fetchEndpoint(context),
    ...listOffsetsEndpoints(context),
    metadataEndpoint(context),
    ...offsetsEndpoints(context),
    ...membershipEndpoints(context),
    ...groupsEndpoints(context),
    ...topicsEndpoints(context),
    ...configsEndpoints(context),
    endpoint(apiVersions, {
      refuse: (_, errorCode) => ({ errorCode, apis: [], throttleMs: 0 }),
      handle: () => ({ errorCode: errors.none, apis, throttleMs: 0 }),
    }),
  ]
  const apis = endpoints.map(({ key, min, max }) => ({ key, min, max })).sort((a, b) => a.key - b.key)
  return new Map(endpoints.map(one => [one.key, one]))
}
