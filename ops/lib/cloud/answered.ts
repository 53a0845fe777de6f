/**
 * Undefined where a server of one's own (`AWS_ENDPOINT_URL`) doesn't know this call: it answers with a page instead
 * of the protocol. AWS itself never does that; whatever it says is thrown on, a missing permission too.
 */
export async function answered<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (process.env.AWS_ENDPOINT_URL !== undefined && error instanceof SyntaxError) return undefined
    throw error
  }
}
