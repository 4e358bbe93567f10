import path from 'node:path'
import { defineConfig } from 'vitest/config'

/** The import rules alone, for `npm run check`: no store is started for them. */
export default defineConfig({
  root: path.resolve(import.meta.dirname, '..'),
  // Reads every module; seconds on an idle machine, more on a busy one.
  test: { include: ['test/architecture.test.ts'], testTimeout: 60_000 },
})
