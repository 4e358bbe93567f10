import type { Pool } from 'pg'
import { LAG_EVENTS_COUNTED_MAX } from '../../../shared/limits.ts'
import type { GroupLags } from '../../ports/group-lags.ts'
import { EPOCH } from './epoch.ts'
import { answered } from './failure.ts'
import { PUBLISH_PREFIX } from './publications.ts'

/**
 * Events before a position: those of its partition, or of all where the outbox is published, that its
 * horizon does not have. Counted up to a bound, since a group may be a day behind.
 */
const LAGS = `
  with positions as (
    select group_name, at, not starts_with(group_name, '${PUBLISH_PREFIX}') as has_partition, partition,
      case when is_current then split_part(horizon, ':', 3)::xid8 else '0'::xid8 end as above,
      case when is_current then string_to_array(split_part(horizon, ':', 4), ',')::xid8[] else '{}' end as open
    from (select *, split_part(horizon, ':', 1) = ${EPOCH}::text as is_current from log_positions) known
  )
  select group_name, floor(extract(epoch from clock_timestamp() - min(at)) * 1000)::bigint as lag_ms,
    sum(late.events + fresh.events)::bigint as events
  from positions
  cross join lateral (
    select count(*) as events from (
      select from outbox where xid = any(open) and (outbox.partition = positions.partition or not has_partition)
      limit $1
    ) counted
  ) late
  cross join lateral (
    select count(*) as events from (
      select from outbox where has_partition and outbox.partition = positions.partition and xid >= above
      union all
      select from outbox where not has_partition and xid >= above
      limit $1
    ) counted
  ) fresh
  group by group_name
  union all
  select 'deliver-ranges',
    coalesce(floor(extract(epoch from clock_timestamp() - min(at)) * 1000)::bigint, 0), count(*)
  from delivery_ranges where done_at is null
  order by 1`

/** Of groups that read the outbox, of its publishing, and of jobs that are not done. */
export const postgresGroupLags = (pool: Pool): GroupLags => ({
  async read() {
    const { rows } = await answered(
      pool.query<{ group_name: string; lag_ms: string; events: string }>(LAGS, [
        LAG_EVENTS_COUNTED_MAX,
      ]),
    )
    return rows.map(({ group_name, lag_ms, events }) => ({
      group: group_name,
      lagMs: Math.max(0, Number(lag_ms)),
      events: Number(events),
    }))
  },
})
