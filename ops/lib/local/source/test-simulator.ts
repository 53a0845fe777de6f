import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts'
import { connect, type TestClient } from './test-client.ts'

const log = pino({ level: 'silent' })

/** Starts a simulator, quick and the same each time, that ends with the test. */
export async function simulator(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const started = await startSimulator({ port: 0, seed: 7, rate: 1000, log, ...options })
  onTestFinished(() => started.stop())
  return started
}

/** Reads a source until the test ends. */
export async function reader(url: string, headers?: Record<string, string>): Promise<TestClient> {
  const client = await connect(url, headers)
  onTestFinished(() => client.close())
  return client
}
