import path from 'node:path'
import { defineConfig } from 'vitest/config'

const root = path.resolve(import.meta.dirname, '..')

/** The tests of `npm test` that start the whole, and look at it from outside: the same, with LOG=kafka. */
const WHOLE = [
  'test/e2e/cluster/failover.test.ts',
  'test/e2e/outages/{killed-origin,stores-away}.test.ts',
  'test/e2e/privacy/two-viewers.test.ts',
  'test/e2e/processes/fleet.test.ts',
  'test/e2e/start.test.ts',
]

const PROJECTS = [
  { name: 'kafka', include: ['test/**/*.kafka.test.ts'] },
  {
    name: 'redis-cluster',
    include: ['test/**/*.cluster.test.ts', 'test/origin/adapters/redis/cluster.test.ts'],
  },
  {
    name: 'whole on kafka',
    include: WHOLE,
    setupFiles: ['test/support/skip-without-kafka.ts'],
    provide: { wholeOn: 'kafka' as const },
  },
]

/**
 * What needs more than Postgres and one Redis, for `npm run test:services`: a real Kafka and a real Redis
 * Cluster. What cannot be had is skipped, with the reason.
 */
export default defineConfig({
  root,
  test: {
    projects: PROJECTS.map((project) => ({
      root,
      test: { ...project, testTimeout: 120_000, hookTimeout: 120_000 },
    })),
    globalSetup: ['test/support/global-setup.ts', 'test/support/services-setup.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    maxWorkers: 2,
  },
})
