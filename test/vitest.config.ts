import path from 'node:path'
import { defineConfig } from 'vitest/config'

const root = path.resolve(import.meta.dirname, '..')

/** What needs more than Postgres and one Redis: `npm run test:services`. */
const ON_SERVICES = [
  'test/**/*.kafka.test.ts',
  'test/**/*.cluster.test.ts',
  'test/origin/adapters/redis/cluster.test.ts',
]

/** One project a kind of test, so that `--project edge` runs that kind alone. */
const PROJECTS = [
  {
    name: 'unit',
    include: ['test/**/*.test.ts'],
    exclude: ['test/contract/**', 'test/edge/**', 'test/e2e/**', ...ON_SERVICES],
  },
  { name: 'contract', include: ['test/contract/**/*.test.ts'], exclude: ON_SERVICES },
  { name: 'edge', include: ['test/edge/**/*.test.ts'], exclude: [] },
  { name: 'e2e', include: ['test/e2e/**/*.test.ts'], exclude: ON_SERVICES },
]

export default defineConfig({
  root,
  test: {
    // A project that extended this would run the global setup again, with a Postgres of its own.
    projects: PROJECTS.map((project) => ({
      root,
      test: { ...project, testTimeout: 30_000, hookTimeout: 60_000 },
    })),
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['shared/**/*.ts', 'origin/**/*.ts', 'edge/**/*.ts', 'drizzle/**/*.ts'],
      reporter: ['text-summary', 'html'],
      reportsDirectory: 'coverage',
    },
  },
})
