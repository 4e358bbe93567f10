import type pg from 'pg'
import { DEFAULT_SETTINGS } from '../../../shared/admin/settings.ts'
import type { UserId } from '../../../shared/ids.ts'
import { CreatePost } from '../../../shared/post.ts'
import { checked, externalId, flag, moment, textOf } from '../fields.ts'
import { reject, RowRefused, understood, type Kind } from '../kind.ts'
import { MINT_ATTEMPTS_MAX } from '../limits.ts'
import { findOrMakePeople, findPeople } from '../people.ts'
import type { Row } from '../rows.ts'

interface Post {
  readonly author: UserId
  readonly externalId: string | undefined
  readonly at: Date
  readonly text: string
  readonly language: string | undefined
  readonly sensitive: boolean | undefined
}

/** Posts at their own dates. None is pushed: an import ends with a new generation of all lists. */
export const posts: Kind = {
  name: 'posts',
  columns: {
    author: 'required',
    at: 'required',
    text: 'optional',
    id: 'optional',
    language: 'optional',
    sensitive: 'optional',
  },

  async write(client, rows, { createUsers, texts }) {
    const { meant, rejected } = understood(rows, (row) => postOf(row, texts))
    const named = meant.map(({ author }) => author)
    const people = await (createUsers ? findOrMakePeople : findPeople)(client, named)
    const known = await importedBefore(
      client,
      meant.flatMap((post) => post.externalId ?? []),
    )
    let repeated = 0
    const fresh: Post[] = []
    for (const { author, row, ...post } of meant) {
      const id = people.get(author)
      if (id === undefined) rejected.push(reject(row, `unknown author ${author}`))
      else if (post.externalId !== undefined && known.has(post.externalId)) repeated += 1
      else {
        if (post.externalId !== undefined) known.add(post.externalId)
        fresh.push({ ...post, author: id })
      }
    }
    await insert(client, fresh)
    return { taken: fresh.length, repeated, rejected }
  },
}

function postOf(row: Row, texts: readonly string[]) {
  const author = externalId(row, 'author')
  const at = moment(row, 'at', Date.now())
  if (at === undefined) throw new RowRefused('without at')
  const text = textOf(row, 'text') ?? texts[row.line % texts.length]
  if (text === undefined) throw new RowRefused('without text')
  const id = textOf(row, 'id') === undefined ? undefined : externalId(row, 'id')
  const language = textOf(row, 'language')
  const post = checked(CreatePost, {
    text,
    sensitive: flag(row, 'sensitive'),
    ...(language === undefined ? {} : { language }),
  })
  const { sensitive } = post
  return { author, at, externalId: id, text: post.text, language: post.language, sensitive }
}

async function importedBefore(client: pg.ClientBase, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await client.query<{ external_id: string }>(
    'select external_id from imported_posts where external_id = any($1)',
    [ids],
  )
  return new Set(rows.map(({ external_id }) => external_id))
}

/** As create-post decides it: by the followers and the settings of this moment. */
const INSERT = `
  with asked as materialized (
    select ord, author, external_id, at, text, language, sensitive, mint_id_at(shard_of(author), at) as id
    from unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::boolean[])
      with ordinality as t(author, external_id, at, text, language, sensitive, ord)
  ), rule as (
    select coalesce((select value #>> '{}' from settings where key = 'delivery.strategy'), $7) as strategy,
      coalesce((select value::bigint from settings where key = 'delivery.threshold'), $8) as threshold
  ), made as (
    insert into posts (shard, id, author_id, text, language, sensitive, delivery, created_at)
    select shard_of(a.id), a.id, a.author, a.text, a.language, a.sensitive,
      (case when rule.strategy in ('push', 'pull') then rule.strategy
        when coalesce(c.followers, 0) < rule.threshold then 'push' else 'pull' end)::delivery_kind,
      a.at
    from asked a cross join rule left join user_counts c on c.user_id = a.author
    on conflict do nothing returning id
  ), mapped as (
    insert into imported_posts (external_id, post_id)
    select external_id, id from asked join made using (id) where external_id is not null
  )
  select ord::int - 1 as place from asked join made using (id)`

async function insert(client: pg.ClientBase, posts: readonly Post[]): Promise<void> {
  let left = posts
  for (let attempt = 0; left.length > 0; attempt += 1) {
    // Where another post of that millisecond has the id, the post moves to the next: dates without a time
    // of day put more into one millisecond than it has ids.
    if (attempt === MINT_ATTEMPTS_MAX) throw new Error('Postgres finds no free ids for a date.')
    const { rows } = await client.query<{ place: number }>(INSERT, [
      left.map(({ author }) => author),
      left.map((post) => post.externalId),
      left.map(({ at }) => new Date(at.getTime() + attempt)),
      left.map(({ text }) => text),
      left.map(({ language }) => language),
      left.map(({ sensitive }) => sensitive ?? false),
      DEFAULT_SETTINGS['delivery.strategy'],
      DEFAULT_SETTINGS['delivery.threshold'],
    ])
    const made = new Set(rows.map(({ place }) => place))
    left = left.filter((_, place) => !made.has(place))
  }
}
