/** What an engine of the local stack says of itself to the supervisor. */
export type EngineState = { ready: boolean; reason?: string; detail?: Record<string, unknown> }

/** How often an engine tells its state, in ms. */
const tellMs = 1_000

/** Exit code for what a restart won't mend (EX_CONFIG of sysexits.h), the same as a service's. */
export const exitConfig = 78

/**
 * Runs an engine as this process under the supervisor: tells its state over the IPC channel, stops in order on
 * SIGTERM or when the supervisor is gone. An error whose name is in `hopeless` ends it for good.
 */
export async function runEngine(
  start: () => Promise<{ state(): EngineState; stop(): Promise<void> }>,
  hopeless: readonly string[],
): Promise<void> {
  let stopping = false
  let engine: Awaited<ReturnType<typeof start>> | undefined
  const stop = async () => {
    if (stopping) return
    stopping = true
    clearInterval(timer)
    await engine?.stop()
    process.exit(0)
  }
  const tell = () => {
    // With a callback, a supervisor that has just gone is no uncaught error; its `disconnect` is on the way.
    if (process.connected) process.send?.({ type: 'state', ...engine?.state() }, () => {})
  }
  const timer = setInterval(tell, tellMs)
  process.on('SIGTERM', () => void stop())
  process.on('SIGINT', () => process.send || void stop())
  process.on('disconnect', () => void stop())
  try {
    engine = await start()
    tell()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.exit(error instanceof Error && hopeless.includes(error.name) ? exitConfig : 1)
  }
}
