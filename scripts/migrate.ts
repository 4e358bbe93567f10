import { parseArgs } from 'node:util'
import { migrate } from '../drizzle/migrate.ts'
import { newEpoch } from '../drizzle/new-epoch.ts'
import { databaseUrlOf } from './local/run-context.ts'

try {
  const { values } = parseArgs({ options: { 'new-epoch': { type: 'boolean', default: false } } })
  const databaseUrl = databaseUrlOf(process.env)
  await migrate(databaseUrl)
  console.log('The schema is up to date.')
  if (values['new-epoch']) {
    const epoch = await newEpoch(databaseUrl)
    console.log(`Epoch ${epoch}: tokens of the life before are answered by Postgres.`)
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
