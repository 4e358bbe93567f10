import path from 'node:path'
import { defineConfig } from 'vitest/config'

/** The import rules alone, for `npm run check`: no store is started for them. */
export default defineConfig({
  root: path.resolve(import.meta.dirname, '..'),
  test: { include: ['test/architecture.test.ts'] },
})
