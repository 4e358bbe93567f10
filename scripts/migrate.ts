import { migrate } from '../drizzle/migrate.ts'
import { newEpoch } from '../drizzle/new-epoch.ts'
import { commandLine } from './local/command-line.ts'
import { databaseUrlOf } from './local/run-context.ts'

const { values } = commandLine({
  name: 'npm run migrate',
  what: 'Brings the schema of the database up to date.',
  options: {
    'new-epoch': {
      type: 'flag',
      what: 'after a restore: tokens of the life before are answered by Postgres',
    },
  },
})

try {
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
