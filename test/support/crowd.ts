import pg from 'pg'
import { devToken, type DevTokenOptions } from '../../scripts/local/dev-token.ts'

export interface Crowd {
  readonly readers: readonly string[]
  readonly authors: readonly string[]
  /** Of the readers, in their order. */
  readonly bearers: readonly string[]
}

const READERS = 200
const AUTHORS = 200
const FOLLOWS = 50
const POSTS_AN_AUTHOR = 30

/**
 * People whose timelines are full, written past the API: 50 followees with 30 posts each are more than the
 * 800 that a list keeps.
 */
export async function fillCrowd(
  databaseUrl: string,
  jwt: Omit<DevTokenOptions, 'subject'>,
): Promise<Crowd> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const readers = await insertUsers(client, 'reader', READERS)
    const authors = await insertUsers(client, 'author', AUTHORS)
    // Older than any list: a fresh follow would be pulled beside the timeline.
    await client.query(
      `insert into follows (follower_id, followee_id, created_at)
       select reader, ($2::bigint[])[1 + (at * 7 + step) % cardinality($2::bigint[])],
         now() - interval '40 days'
       from unnest($1::bigint[]) with ordinality as r(reader, at), generate_series(1, $3::int) step`,
      [readers, authors, FOLLOWS],
    )
    await client.query(
      `insert into posts (shard, id, author_id, text, language, delivery, created_at)
       select shard_of(id), id, author, repeat('A post of usual length, ', 6) || n, 'en', 'push', at
       from (
         select mint_id_at(shard_of(author), at) as id, author, n, at
         from (
           select author, n, now() - n * interval '1 hour' - random() * interval '1 hour' as at
           from unnest($1::bigint[]) author, generate_series(1, $2::int) n) moments offset 0) minted`,
      [authors, POSTS_AN_AUTHOR],
    )
    await client.query('analyze')
    const bearers = await Promise.all(readers.map((subject) => devToken({ ...jwt, subject })))
    return { readers, authors, bearers }
  } finally {
    await client.end()
  }
}

export async function insertUsers(
  client: pg.Client,
  handle: string,
  count: number,
): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string }>(
    `insert into users (handle, name, created_at)
     select $1 || n, initcap($1) || ' ' || n, now() - interval '60 days' from generate_series(1, $2::int) n
     returning id`,
    [handle, count],
  )
  return rows.map(({ id }) => id)
}
