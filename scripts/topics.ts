/**
 * `npm run topics`: makes the topics of the log where they are missing, and checks them. `-- --adopt` says
 * that the database's events go to these brokers from now on.
 */
import pg from 'pg'
import { forgetPublications } from '../origin/adapters/postgres/publications.ts'
import { commandLine } from './local/command-line.ts'
import { prepareTopics } from './local/event-log.ts'
import { databaseUrlOf } from './local/run-context.ts'
import { silenceNegativeTimers } from './services/quiet-timers.ts'

silenceNegativeTimers()
const { values } = commandLine({
  name: 'npm run topics',
  what: 'Makes the topics of the log at KAFKA_BROKERS where they are missing, and checks them.',
  options: {
    adopt: { type: 'flag', what: "the database's events go to these brokers from now on" },
  },
})

try {
  const brokers = process.env['KAFKA_BROKERS']
  if (!brokers) throw new Error('KAFKA_BROKERS is not set: host:port, several with commas.')
  const made = await prepareTopics(brokers.split(','), process.env['KAFKA_TOPIC_PREFIX'])
  console.log(
    made.length > 0 ? `Made: ${made.join(', ')}.` : 'The topics are there, and as they must be.',
  )
  if (values.adopt) await adopt(databaseUrlOf(process.env))
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

async function adopt(databaseUrl: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  try {
    await forgetPublications(pool)
    console.log('The next leader publishes everything that the outbox still holds.')
  } finally {
    await pool.end()
  }
}
