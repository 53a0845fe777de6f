import { defineConfig } from 'vitest/config'

/**
 * Suites beside `npm test`, by the end of their files' names: `*.fault.test.ts` kill real processes for minutes,
 * `*.daemon.test.ts` need what doesn't come from npm (Apache Kafka, kcat, Chromium, moto).
 */
const suites = ['fault', 'daemon']
const suite = process.env.WIKIFLOW_SUITE

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    include: [suite ? `**/*.${suite}.test.ts` : '**/*.test.ts'],
    exclude: ['**/node_modules/**', ...(suite ? [] : suites.map(name => `**/*.${name}.test.ts`))],
    testTimeout: 30_000,
    // A daemon's first start fetches it: moto into a venv, Apache Kafka's jars by Maven.
    hookTimeout: suite === 'daemon' ? 600_000 : 60_000,
    // Two cores: more workers than that only make the timing of real servers worse.
    maxWorkers: 2,
    // The daemons want the machine for themselves.
    fileParallelism: suite !== 'daemon',
  },
})
