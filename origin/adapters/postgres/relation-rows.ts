import type { ClientBase } from 'pg'
import type { UserId } from '../../../shared/ids.ts'
import { pairKey } from '../../../shared/keys.ts'
import type { Relation, RelationRows, Standing } from '../../ports/writes.ts'

const TABLES: Readonly<Record<Relation, { table: string; from: string; to: string }>> = {
  follow: { table: 'follows', from: 'follower_id', to: 'followee_id' },
  block: { table: 'blocks', from: 'blocker_id', to: 'blocked_id' },
  mute: { table: 'mutes', from: 'muter_id', to: 'muted_id' },
}

export const relationRows = (client: ClientBase): RelationRows => ({
  async lockPair(a, b) {
    // Not the users' rows: everyone who follows a popular author would queue for one of them.
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [pairKey(a, b)])
  },

  async standing(viewer, target) {
    const { rows } = await client.query<Standing>(
      `select
         exists (select from users where id = $1) as "viewerExists",
         exists (select from users where id = $2) as "targetExists",
         exists (select from follows where follower_id = $1 and followee_id = $2) as following,
         exists (select from follows where follower_id = $2 and followee_id = $1) as "followedBy",
         exists (select from blocks where blocker_id = $1 and blocked_id = $2) as blocking,
         exists (select from blocks where blocker_id = $2 and blocked_id = $1) as "blockedBy",
         exists (select from mutes where muter_id = $1 and muted_id = $2) as muting`,
      [viewer, target],
    )
    const [standing] = rows
    if (standing === undefined) throw new TypeError('a select without a row')
    return standing
  },

  async add(relation, from, to) {
    const { table, from: fromColumn, to: toColumn } = TABLES[relation]
    const { rowCount } = await client.query(
      `insert into ${table} (${fromColumn}, ${toColumn}) values ($1, $2) on conflict do nothing`,
      [from, to],
    )
    return rowCount === 1
  },

  async remove(relation, from, to) {
    const { table, from: fromColumn, to: toColumn } = TABLES[relation]
    const { rowCount } = await client.query(
      `delete from ${table} where ${fromColumn} = $1 and ${toColumn} = $2`,
      [from, to],
    )
    return rowCount === 1
  },

  async raiseVersions(users) {
    const { rows } = await client.query<{ viewer: UserId; version: number }>(
      `with locked as (
         select id from users where id = any($1::bigint[]) order by id for no key update
       ), raised as (
         update users u set relations_version = u.relations_version + 1 from locked
         where u.id = locked.id returning u.id, u.relations_version
       )
       select id as viewer, relations_version as version from raised order by id`,
      [users],
    )
    return rows
  },

  async lockUser(user) {
    await client.query('select from users where id = $1 for no key update', [user])
  },

  async countFollows(follower, upTo) {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count
       from (select from follows where follower_id = $1 limit $2) counted`,
      [follower, upTo],
    )
    return rows[0]?.count ?? 0
  },
})
