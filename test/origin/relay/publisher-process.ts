/** A leader's publishing, for a test that kills it: stops after the first publishing, before the mark. */
import pg from 'pg'
import { z } from 'zod'
import { kafkaClient } from '../../../origin/adapters/kafka/client.ts'
import { kafkaPublisher, kafkaSender } from '../../../origin/adapters/kafka/publisher.ts'
import { topicsOf } from '../../../origin/adapters/kafka/topics.ts'
import { nodePace } from '../../../origin/adapters/node/pace.ts'
import { postgresOutbox } from '../../../origin/adapters/postgres/outbox.ts'
import { postgresPublications } from '../../../origin/adapters/postgres/publications.ts'
import { publishOutbox } from '../../../origin/relay/publish-outbox.ts'

const { DATABASE_URL, BROKERS, PREFIX } = z
  .object({ DATABASE_URL: z.string(), BROKERS: z.string(), PREFIX: z.string() })
  .parse(process.env)
const pool = new pg.Pool({ connectionString: DATABASE_URL })
const topics = topicsOf(PREFIX)
const sender = kafkaSender(kafkaClient({ brokers: BROKERS.split(','), clientId: 'test-relay' }))
const publications = postgresPublications(pool, topics.events)

await publishOutbox(
  {
    outbox: postgresOutbox(pool, { batchMax: 10 }),
    publisher: kafkaPublisher(sender, topics),
    publications: {
      ...publications,
      mark() {
        console.log('published')
        return new Promise(() => undefined)
      },
    },
    wakeups: { listen: () => () => undefined },
    pace: nodePace,
    onFailure: (error) => console.error(error),
  },
  new AbortController().signal,
)
