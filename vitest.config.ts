import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/rehearsal/longest-first.ts'

/**
 * Suites beside `npm test`, by the end of their files' names: `*.fault.test.ts` kill real processes for minutes,
 * `*.daemon.test.ts` need what doesn't come from npm (Apache Kafka, kcat, Chromium, moto), `*.rehearsal.test.ts` root and
 * Debian's Docker: they deploy to hosts made of namespaces.
 */
const suites = ['fault', 'daemon', 'rehearsal']
const suite = process.env.WIKIFLOW_SUITE

// Vitest's workers, and the hundreds of processes that tests start, find what others have compiled.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/wikiflow', import.meta.url))

const everywhere = ['**/node_modules/**', ...suites.map(name => `**/*.${name}.test.ts`)]

/** Tests that start no servers share their worker's modules: AWS's clients take a second to load. */
const sharing = [
  'ops/lib/{cloud,stack,checks,host,swarm,compose,deploy,status,migrate,scale,upgrade,containers,backup,runbook,docs}/**/*.test.ts',
  'cost/**/*.test.ts',
]

/** What `npm test` runs. */
const projects = [
  { extends: true as const, test: { name: 'tools', include: sharing, exclude: everywhere, isolate: false } },
  {
    extends: true as const,
    test: { name: 'servers', include: ['**/*.test.ts'], exclude: [...everywhere, ...sharing] },
  },
]

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    ...(suite ? { include: [`**/*.${suite}.test.ts`] } : { projects }),
    testTimeout: 30_000,
    // On a loaded machine Java alone takes minutes to start.
    hookTimeout: suite ? 600_000 : 60_000,
    // Two cores: more workers than that only make the timing of real servers worse.
    maxWorkers: 2,
    ...(suite === 'daemon' && { globalSetup: ['test/engines/fetch-engines.ts'] }),
    ...(suite === 'rehearsal' && {
      globalSetup: ['test/rehearsal/make-images.ts'],
      sequence: { sequencer: LongestFirst },
    }),
  },
})
