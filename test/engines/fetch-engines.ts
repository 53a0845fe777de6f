import { kafkaJars } from './apache-kafka.ts'
import { installMoto } from './moto.ts'

/** Before all suites, so that two at once don't fetch the same. */
export async function setup(): Promise<void> {
  await Promise.all([kafkaJars(), installMoto()])
}
