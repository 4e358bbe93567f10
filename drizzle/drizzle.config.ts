import { defineConfig } from 'drizzle-kit'

/** `drizzle-kit generate --config drizzle/drizzle.config.ts`; PARTITION BY and functions are added by hand. */
export default defineConfig({
  dialect: 'postgresql',
  casing: 'snake_case',
  schema: './drizzle/schema/index.ts',
  out: './drizzle/migrations',
})
