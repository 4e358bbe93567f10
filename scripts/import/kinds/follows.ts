import type pg from 'pg'
import type { UserId } from '../../../shared/ids.ts'
import { FOLLOWS_MAX } from '../../../shared/limits.ts'
import { externalId, moment } from '../fields.ts'
import { reject, RowRefused, understood, type Kind, type Rejected } from '../kind.ts'
import { findOrMakePeople, findPeople } from '../people.ts'
import type { Row } from '../rows.ts'
import { insertFollows, nameOf, raiseVersions, type Follow } from './write-follows.ts'

interface Edge extends Follow {
  readonly row: Row
}

/** Who follows whom, by the product's own ids. */
export const follows: Kind = {
  name: 'follows',
  columns: { follower: 'required', followee: 'required', at: 'optional' },

  async write(client, rows, { createUsers, startedAtMs }) {
    const { meant, rejected } = understood(rows, followOf)
    const named = meant.flatMap(({ follower, followee }) => [follower, followee])
    const people = await (createUsers ? findOrMakePeople : findPeople)(client, named)
    const edges: Edge[] = []
    for (const { follower, followee, at, row } of meant) {
      const [from, to] = [people.get(follower), people.get(followee)]
      if (from === undefined) rejected.push(reject(row, `unknown follower ${follower}`))
      else if (to === undefined) rejected.push(reject(row, `unknown followee ${followee}`))
      else edges.push({ follower: from, followee: to, at, row })
    }
    const made = await insertFollows(client, edges)
    const blocked = await refuseBlocked(client, edges, made)
    const beyond = await takeBackBeyondLimit(client, edges, made)
    await raiseVersions(client, made, startedAtMs)
    const refused: Rejected[] = [...rejected, ...blocked, ...beyond]
    return {
      taken: made.size,
      repeated: rows.length - made.size - refused.length,
      rejected: refused,
    }
  },
}

function followOf(row: Row) {
  const follower = externalId(row, 'follower')
  const followee = externalId(row, 'followee')
  if (follower === followee) throw new RowRefused('a follow of oneself')
  return { follower, followee, at: moment(row, 'at', Date.now()) }
}

async function refuseBlocked(
  client: pg.ClientBase,
  edges: readonly Edge[],
  made: ReadonlyMap<string, Edge>,
): Promise<Rejected[]> {
  const left = edges.filter((edge) => !made.has(nameOf(edge)))
  if (left.length === 0) return []
  const { rows } = await client.query<{ follower: string; followee: string }>(
    `select follower, followee from unnest($1::bigint[], $2::bigint[]) as t(follower, followee)
     where exists (select from blocks where blocker_id = follower and blocked_id = followee)
       or exists (select from blocks where blocker_id = followee and blocked_id = follower)`,
    [left.map(({ follower }) => follower), left.map(({ followee }) => followee)],
  )
  const blocked = new Set(rows.map(nameOf))
  return left
    .filter((edge) => blocked.has(nameOf(edge)))
    .map(({ row }) => reject(row, 'one blocks the other'))
}

/** Of a viewer that follows too many, the last rows of this batch are not taken. Removes them from `made`. */
async function takeBackBeyondLimit(
  client: pg.ClientBase,
  edges: readonly Edge[],
  made: Map<string, Edge>,
): Promise<Rejected[]> {
  const followers = [...new Set([...made.values()].map(({ follower }) => follower))]
  const { rows } = await client.query<{ follower: UserId; beyond: number }>(
    `select follower_id as follower, (count(*) - $2)::int as beyond from follows
     where follower_id = any($1::bigint[]) group by 1 having count(*) > $2`,
    [followers, FOLLOWS_MAX],
  )
  const doomed: Edge[] = []
  for (const { follower, beyond } of rows) {
    const own = edges.filter(
      (edge) => edge.follower === follower && made.get(nameOf(edge)) === edge,
    )
    doomed.push(...own.slice(-beyond))
  }
  if (doomed.length === 0) return []
  await client.query(
    `delete from follows using unnest($1::bigint[], $2::bigint[]) as t(follower, followee)
     where follower_id = follower and followee_id = followee`,
    [doomed.map(({ follower }) => follower), doomed.map(({ followee }) => followee)],
  )
  for (const edge of doomed) made.delete(nameOf(edge))
  return doomed.map(({ row }) => reject(row, `the follower follows ${FOLLOWS_MAX} already`))
}
