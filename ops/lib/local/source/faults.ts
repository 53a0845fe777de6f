import { z } from 'zod'
import { poisonNames } from './poison.ts'

/** A fault by its rate, as a probability on every occasion, and by a count: the next so many occasions have it. */
export type Dose = { rate: number; count: number }

const probability = z.number().min(0).max(1)
const count = z.int().min(0).max(10_000)
const dose = z.strictObject({ rate: probability.optional(), count: count.optional() })
const milliseconds = z.int().min(0).max(86_400_000)

/**
 * A change of the faults: what is left out stays as it is. Occasions are requests for `tooManyRequests`,
 * `badGateway` and `errorEvent`, and events for all others.
 */
export const faultChange = z.strictObject({
  /** Cuts a connection after so many events; 0 never. */
  cutEvery: z.int().min(0).optional(),
  /** Status 429 with `Retry-After`. */
  tooManyRequests: dose.extend({ retryAfterSeconds: z.int().min(0).max(3600).optional() }).optional(),
  /** Status 502. */
  badGateway: dose.optional(),
  /** `event: error` after the 200, then the end. */
  errorEvent: dose.optional(),
  /** Half a frame, then the cut. */
  truncatedFrame: dose.optional(),
  /** The same event once more, some events later on the same connection. */
  duplicate: dose.optional(),
  /** No byte for `ms` while the socket stays open. */
  stall: dose.extend({ ms: milliseconds.optional() }).optional(),
  /** Frames byte by byte, so many bytes a second; 0 for whole frames. */
  trickle: z.strictObject({ bytesPerSecond: z.int().min(0).max(1_000_000) }).optional(),
  /** From now on so many seconds of `factor` times the rate. */
  burst: z
    .strictObject({ factor: z.number().min(1).max(1000), seconds: z.number().min(0.1).max(3600) })
    .optional(),
  /** Canaries, evenly spaced. Wikimedia sends several an hour. */
  canariesPerHour: z.number().min(0).max(36_000).optional(),
  /** Events with fields that no schema knows; well-formed, and to be counted. */
  unknownFields: dose.optional(),
  /** Events that are broken, by kind. */
  poison: z.partialRecord(z.enum(poisonNames), dose).optional(),
  /** Refuses agents without a contact, as Wikimedia does: status 403. */
  requireContact: z.boolean().optional(),
})
export type FaultChange = z.infer<typeof faultChange>

/** Faults of a request or a connection, as they stand. Those of the events themselves are in the plan. */
export type Faults = {
  cutEvery: number
  tooManyRequests: Dose & { retryAfterSeconds: number }
  badGateway: Dose
  errorEvent: Dose
  truncatedFrame: Dose
  duplicate: Dose
  stall: Dose & { ms: number }
  trickle: { bytesPerSecond: number }
  requireContact: boolean
}

const never = () => ({ rate: 0, count: 0 })

/** A source without faults. */
export function noFaults(): Faults {
  return {
    cutEvery: 0,
    tooManyRequests: { ...never(), retryAfterSeconds: 1 },
    badGateway: never(),
    errorEvent: never(),
    truncatedFrame: never(),
    duplicate: never(),
    stall: { ...never(), ms: 60_000 },
    trickle: { bytesPerSecond: 0 },
    requireContact: false,
  }
}

/** The faults after the change. */
export function changed(faults: Faults, change: FaultChange): Faults {
  return {
    cutEvery: change.cutEvery ?? faults.cutEvery,
    tooManyRequests: merged(faults.tooManyRequests, change.tooManyRequests),
    badGateway: merged(faults.badGateway, change.badGateway),
    errorEvent: merged(faults.errorEvent, change.errorEvent),
    truncatedFrame: merged(faults.truncatedFrame, change.truncatedFrame),
    duplicate: merged(faults.duplicate, change.duplicate),
    stall: merged(faults.stall, change.stall),
    trickle: merged(faults.trickle, change.trickle),
    requireContact: change.requireContact ?? faults.requireContact,
  }
}

function merged<T extends object>(fault: T, change: { [K in keyof T]?: T[K] | undefined } | undefined): T {
  const given = Object.entries(change ?? {}).filter(([, value]) => value !== undefined)
  return { ...fault, ...Object.fromEntries(given) }
}

/** Whether the fault strikes on this occasion; a count is used up by it. */
export function strikes(dose: Dose, random: () => number): boolean {
  if (dose.count > 0) {
    dose.count--
    return true
  }
  return dose.rate > 0 && random() < dose.rate
}
