import type { Pool } from 'pg'
import type { Stats, StatsReader } from '../../ports/stats.ts'
import { EPOCH } from './epoch.ts'
import { answered } from './failure.ts'

/** Of a table and its partitions. A table that was never analysed has -1. */
const estimateOf = (table: string): string => `(
  select coalesce(sum(greatest(c.reltuples, 0)), 0)::float8 from pg_partition_tree('${table}') t
  join pg_class c on c.oid = t.relid where t.isleaf)`

const ageMs = (moment: string): string =>
  `(extract(epoch from clock_timestamp() - ${moment}) * 1000)::float8`

const STATS = `select ${EPOCH} as epoch,
  (select greatest(reltuples, 0)::float8 from pg_class where oid = 'users'::regclass) as users,
  ${estimateOf('posts')} as posts,
  (select greatest(reltuples, 0)::float8 from pg_class where oid = 'follows'::regclass) as follows,
  ${estimateOf('outbox')} as "outboxEvents",
  (select count(*)::int from dead_letters where replayed_at is null) as "deadLettersWaiting",
  (select jsonb_build_object('n', n::text, 'ageMs', ${ageMs('at')})
   from ticks order by n desc limit 1) as "newestTick",
  coalesce((select jsonb_agg(jsonb_build_object('group', group_name, 'lagMs', lag) order by group_name)
    from (select group_name, ${ageMs('min(at)')} as lag from log_positions group by group_name) g),
    '[]') as groups`

export const postgresStats = (pool: Pool): StatsReader => ({
  async read() {
    const { rows } = await answered(pool.query<Stats>(STATS))
    const [stats] = rows
    if (stats === undefined) throw new TypeError('a select without a row')
    return stats
  },
})
