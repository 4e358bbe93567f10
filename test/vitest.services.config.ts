import path from 'node:path'
import { defineConfig } from 'vitest/config'

const root = path.resolve(import.meta.dirname, '..')

/** What needs a real Kafka, for `npm run test:services`. What cannot be had is skipped, with the reason. */
export default defineConfig({
  root,
  test: {
    include: ['test/**/*.kafka.test.ts'],
    globalSetup: ['test/support/global-setup.ts', 'test/support/services-setup.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
