import { z } from 'zod'

/** An object that knows all its fields. */
export function group<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, { error: `an object with ${Object.keys(shape).join(', ')}` })
}

/** A whole number; `what` follows the bounds in its error. */
export function whole(min: number, max: number, what: string) {
  const error = `a whole number from ${min} to ${max}${what}`
  return z.int({ error }).min(min, { error }).max(max, { error })
}

/** A string of a pattern. */
export function text(pattern: RegExp, error: string) {
  return z.string({ error }).regex(pattern, { error })
}
