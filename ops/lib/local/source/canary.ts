import { activeTopic, offsetOf, type SimulatedEvent } from './event.ts'
import { eventId } from './identity.ts'

type Canary = Pick<SimulatedEvent, '$schema'> & { meta: Omit<SimulatedEvent['meta'], 'uri' | 'request_id'> }

/** Tells a canary's id from that of the event before it. */
const canarySeed = 0x0ca2a27

/** The canary behind event n: Wikimedia's test that the stream flows, with `$schema` and `meta` alone. */
export function canary(seed: number, n: number, dtMs: number): Canary {
  return {
    $schema: '/mediawiki/recentchange/1.0.0',
    meta: {
      id: eventId(seed ^ canarySeed, n),
      domain: 'canary',
      stream: 'mediawiki.recentchange',
      dt: new Date(dtMs).toISOString(),
      topic: activeTopic,
      partition: 0,
      offset: offsetOf(n) + 1,
    },
  }
}
