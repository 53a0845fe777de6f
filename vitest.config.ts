import { defineConfig } from 'vitest/config'

/** Suites that need a daemon from outside npm (Kafka, kcat, Chromium) are named `*.daemon.test.ts`. */
const daemon = process.env.WIKIFLOW_SUITE === 'daemon'

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    include: daemon ? ['**/*.daemon.test.ts'] : ['**/*.test.ts'],
    exclude: ['**/node_modules/**', ...(daemon ? [] : ['**/*.daemon.test.ts'])],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: more workers than that only make the timing of real servers worse.
    maxWorkers: 2,
    // The daemons want the machine for themselves.
    fileParallelism: !daemon,
  },
})
