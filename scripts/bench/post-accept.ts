import pg from 'pg'
import { postgresOutbox } from '../../origin/adapters/postgres/outbox.ts'
import { HEADERS } from '../../shared/headers.ts'
import { bareInserts, CLIENTS, hasPgbench, insertsByDriver } from './bare-postgres.ts'
import { atLeast, atMost, median, notJudged, type Figure } from './figure.ts'
import { interleaved, ratioFigure } from './interleave.ts'
import { fillCrowd, type Crowd } from '../../test/support/crowd.ts'
import { postRequest } from './wire.ts'
import { JWT, type BenchWorld } from './world.ts'

const ROUNDS = 3
const ROUND_MS = 2_000
/** More than a round can send: a key that comes twice is answered without a write. */
const REQUESTS = 12_000
const RELAYED = 20_000
const TEXT = 'A post of usual length, '.repeat(6)

/** POST /v1/posts with idempotency keys, against single-row inserts; then how fast the outbox is read. */
export async function postAccept(world: BenchWorld): Promise<readonly Figure[]> {
  const [databaseUrl, redis] = [await world.database(), await world.redis()]
  const crowd = await fillCrowd(databaseUrl, JWT)
  const origin = await world.origin({ databaseUrl, redisUrl: redis.url })
  const bare = await bareInserts(databaseUrl, world.folder)
  const rate = await interleaved({
    rounds: ROUNDS,
    bare: () => bare(ROUND_MS),
    async ours() {
      const report = await world.load.run({
        protocol: 'http',
        port: origin.port,
        requests: postsBy(crowd),
        connections: CLIENTS,
        durationMs: ROUND_MS,
      })
      return report.perSecond
    },
  })
  const driver = await interleaved({
    rounds: ROUNDS,
    bare: () => bare(ROUND_MS),
    ours: () => insertsByDriver(databaseUrl, ROUND_MS),
  })
  const relay = await relayRates(databaseUrl)
  const accepted = median(rate.ours)
  return [
    ratioFigure(
      {
        name: 'post-accept',
        claim: `posts a second against ${hasPgbench() ? 'pgbench' : 'plain clients'}, 16 connections`,
        bound: hasPgbench() ? atLeast(0.6) : notJudged,
        sides: `${Math.round(accepted)} against ${Math.round(median(rate.bare))} a second`,
      },
      rate,
    ),
    ratioFigure(
      {
        name: 'driver-insert',
        claim: 'the same single-row insert by the driver alone, without HTTP and all else',
        bound: notJudged,
        sides: `${Math.round(median(driver.ours))} against ${Math.round(median(driver.bare))} a second`,
      },
      driver,
    ),
    {
      name: 'relay',
      claim: 'events read from the outbox a second, against posts accepted a second',
      unit: '×',
      bound: atLeast(10),
      values: relay.rates.map((each) => each / accepted),
    },
    {
      name: 'relay-dead-tuples',
      claim: 'dead tuples in the outbox after all that',
      unit: 'rows',
      bound: atMost(0),
      values: [relay.deadTuples],
    },
  ]
}

function postsBy({ bearers }: Crowd): readonly string[] {
  const body = JSON.stringify({ text: TEXT })
  return Array.from({ length: REQUESTS }, (_, at) =>
    postRequest('/v1/posts', body, {
      authorization: `Bearer ${bearers[at % bearers.length]}`,
      [HEADERS.idempotencyKey]: crypto.randomUUID(),
    }),
  )
}

/** A backlog, read from its beginning as relay, tail and groups read it. */
async function relayRates(databaseUrl: string) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  try {
    const outbox = postgresOutbox(pool)
    const rates: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      let position = await outbox.now()
      await pool.query(
        `insert into outbox (partition, key, event)
         select n % 8, n::text, jsonb_build_object('type', 'post.edited', 'post', n::text, 'author', n::text, 'version', 2)
         from generate_series(1, $1::int) n`,
        [RELAYED],
      )
      const startedAt = performance.now()
      let events = 0
      for (let more = true; more;) {
        const read = await outbox.read(position)
        events += read.events.length
        position = read.position
        more = read.more
      }
      if (events < RELAYED) throw new Error(`${events} of ${RELAYED} events were read`)
      rates.push((1000 * events) / (performance.now() - startedAt))
    }
    await pool.query('select pg_stat_force_next_flush()')
    const { rows } = await pool.query<{ dead: string }>(
      `select sum(n_dead_tup) as dead from pg_stat_user_tables where relname like 'outbox%'`,
    )
    return { rates, deadTuples: Number(rows[0]?.dead) }
  } finally {
    await pool.end()
  }
}
