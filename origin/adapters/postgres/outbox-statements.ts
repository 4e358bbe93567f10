import { EPOCH } from './epoch.ts'

const AT_MS_AFTER = 'ceil(extract(epoch from clock_timestamp()) * 1000)::bigint'
const TICK_CELLS = `json_build_array(n, horizon, floor(extract(epoch from at) * 1000)::bigint)`

/** Ties are kept, so a part never ends inside a transaction, however many events it has. */
const part = (where: string, ofPartition: string): string => `
  select json_agg(json_build_array(id::text, xid::text, key,
    floor(extract(epoch from at) * 1000)::bigint, event, partition))
  from (
    select id, xid, key, at, event, partition from outbox
    where ${where} ${ofPartition}
    order by xid fetch first $3 rows with ties
  ) part`

/**
 * One statement, so one snapshot for events, horizon and tick. There is no bound on `at`: a transaction
 * beyond xmax may have written its rows long ago, and a probe of an index that ends lower costs less
 * than being wrong about that.
 */
const readStatement = (ofPartition: string): string => `
  select pg_current_snapshot()::text as snapshot, ${EPOCH} as epoch, ${AT_MS_AFTER} as at_ms,
    (${part('xid = any($1::xid8[])', ofPartition)}) as late,
    (${part('xid >= $2::xid8', ofPartition)}) as fresh,
    (select ${TICK_CELLS} from ticks order by n desc limit 1) as tick`

export const READ_ALL = readStatement('')
export const READ_PARTITION = readStatement('and partition = $4')

export const NOW = `select ${EPOCH} as epoch, pg_current_snapshot()::text as horizon, ${AT_MS_AFTER} as at_ms`

/** The next tick's time is read after this tick's horizon was taken: ticks are made one after another. */
const positionOf = (ticks: string): string => `
  select ${EPOCH} as epoch, horizon, (select ceil(extract(epoch from coalesce(
      (select min(next.at) from ticks next where next.n = tick.n + 1), clock_timestamp())) * 1000)::bigint) as at_ms
  from (${ticks}) tick`

export const POSITION_OF_TICK = positionOf('select n, horizon from ticks where n = $1 limit 1')
export const POSITION_SINCE = positionOf(`
  select n, horizon from ticks where n = coalesce(
    (select n from ticks where at <= clock_timestamp() - $1 * interval '1 ms' order by at desc limit 1),
    (select min(n) from ticks))
  limit 1`)

export const TICKS_BEFORE = `
  select ${TICK_CELLS} as tick from ticks where at <= to_timestamp($1 / 1000.0) order by at desc limit $2`
