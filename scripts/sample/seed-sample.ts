import pg from 'pg'
import { LOCKS } from '../../drizzle/locks.ts'
import { follows, type Follow } from './follows.ts'
import { people, VIEWER_HANDLE, type Person } from './people.ts'
import { posts, type SamplePost } from './posts.ts'
import { random } from './random.ts'

export interface SampleOptions {
  readonly seed?: number
  readonly onProgress?: (words: string) => void
}

const PEOPLE = 2_000
/** Low enough that a dozen of the sample's people are above it, so that both ways of delivery are seen. */
const THRESHOLD = 300
const SEED = 20_260_101

/**
 * A small world to look at: people, whom they follow, and what they wrote these days. All of it or
 * nothing; where there are users already it does nothing. It writes no events: nothing was delivered
 * before, and what is read first is warmed from here.
 */
export async function seedSample(
  databaseUrl: string,
  { seed = SEED, onProgress = () => undefined }: SampleOptions = {},
): Promise<{ viewerHandle: string }> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('begin')
    await client.query('select pg_advisory_xact_lock($1)', [LOCKS.sample])
    const { rowCount } = await client.query('select from users limit 1')
    if (rowCount === 0) await fill(client, seed, onProgress)
    await client.query('commit')
    if (rowCount === 0) await client.query('analyze')
    return { viewerHandle: VIEWER_HANDLE }
  } finally {
    await client.end()
  }
}

async function fill(client: pg.Client, seed: number, onProgress: (words: string) => void) {
  const chance = random(seed)
  const nowMs = Date.now()
  const everyone = people(PEOPLE, chance, nowMs)
  const viewer = everyone.find(({ handle }) => handle === VIEWER_HANDLE)
  if (viewer === undefined) throw new TypeError('a sample without its viewer')

  const ids = await insertPeople(client, everyone)
  onProgress(`${everyone.length} people`)
  const edges = follows(everyone, viewer, chance)
  await insertFollows(client, edges, ids)
  onProgress(`${edges.length} follows`)
  const written = posts(everyone, chance, nowMs)
  await insertPosts(client, written, ids)
  onProgress(`${written.length} posts`)
  await client.query(
    `insert into user_counts (user_id, followers, following, posts)
     select u.id, coalesce(followers, 0), coalesce(following, 0), coalesce(written, 0) from users u
     left join (select followee_id as id, count(*) as followers from follows group by 1) a using (id)
     left join (select follower_id as id, count(*) as following from follows group by 1) b using (id)
     left join (select author_id as id, count(*) as written from posts group by 1) c using (id)`,
  )
  await client.query(
    `update posts p set delivery = 'pull' from user_counts c
     where c.user_id = p.author_id and c.followers >= $1`,
    [THRESHOLD],
  )
  await client.query(
    `insert into settings (key, value) values ('delivery.threshold', $1) on conflict do nothing`,
    [JSON.stringify(THRESHOLD)],
  )
}

/** Ids by rank. */
async function insertPeople(
  client: pg.Client,
  everyone: readonly Person[],
): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string; handle: string }>(
    `insert into users (id, handle, name, bio, city, interests, verified, created_at)
     select mint_user_id_at(at), handle, name, bio, city, string_to_array(interests, ','), verified, at
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[],
       $7::timestamptz[]) as t(handle, name, bio, city, interests, verified, at)
     returning id, handle`,
    [
      everyone.map(({ handle }) => handle),
      everyone.map(({ name }) => name),
      everyone.map(({ bio }) => bio),
      everyone.map(({ city }) => city),
      everyone.map(({ topics }) => topics.map(({ name }) => name).join(',')),
      everyone.map(({ verified }) => verified),
      everyone.map(({ createdAtMs }) => new Date(createdAtMs)),
    ],
  )
  const idsByHandle = new Map(rows.map(({ id, handle }) => [handle, id]))
  return everyone.map(({ handle }) => idsByHandle.get(handle) ?? '')
}

async function insertFollows(client: pg.Client, edges: readonly Follow[], ids: readonly string[]) {
  await client.query(
    `insert into follows (follower_id, followee_id, created_at)
     select follower, followee, now() - random() * interval '200 days' - interval '20 days'
     from unnest($1::bigint[], $2::bigint[]) as t(follower, followee)`,
    [edges.map(({ follower }) => ids[follower]), edges.map(({ followee }) => ids[followee])],
  )
}

async function insertPosts(
  client: pg.Client,
  written: readonly SamplePost[],
  ids: readonly string[],
) {
  await client.query(
    `insert into posts (shard, id, author_id, text, language, sensitive, delivery, created_at)
     select shard_of(id), id, author, text, language, sensitive, 'push', at from (
       select mint_id_at(shard_of(author), at) as id, author, text, language, sensitive, at
       from unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[], $5::timestamptz[])
         as t(author, text, language, sensitive, at) offset 0) minted`,
    [
      written.map(({ author }) => ids[author]),
      written.map(({ text }) => text),
      written.map(({ language }) => language),
      written.map(({ sensitive }) => sensitive),
      written.map(({ createdAtMs }) => new Date(createdAtMs)),
    ],
  )
}
