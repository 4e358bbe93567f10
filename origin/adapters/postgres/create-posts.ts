import type { ClientBase } from 'pg'
import { DEFAULT_SETTINGS } from '../../../shared/admin/settings.ts'
import type { UserId } from '../../../shared/ids.ts'
import { logPartitionOf } from '../../../shared/keys.ts'
import type { CreatePost } from '../../../shared/post.ts'
import type { CreatedPost, Idempotency, PostRow } from '../../ports/writes.ts'
import { earlierAnswer, TAKE_KEY } from './earlier-answers.ts'
import { EPOCH } from './epoch.ts'
import { millisecondsOf, postRow, type PostRecord } from './rows.ts'

export interface NewPost {
  readonly author: UserId
  readonly post: CreatePost
  readonly idempotency: Idempotency | undefined
}

/**
 * Everything that posts need in one statement, so in one round trip and one transaction: who the authors
 * are, push or pull, the ids, the rows, the events, and the answers under their idempotency keys. The clock
 * is read once: ids and `created_at` name the same millisecond. Keys are taken in their order, so that two
 * groups cannot wait for each other. An answer is kept as the row that it is made of.
 */
const CREATE = `
  with asked as materialized (
    select asked.*, clock.at
    from unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[], $5::int[], $6::text[], $7::text[])
        with ordinality as asked(author_id, text, language, sensitive, partition, key, request_hash, nth),
      (select date_trunc('milliseconds', clock_timestamp()) as at) clock
  ), author as materialized (
    select u.id as user_id, u.handle, u.name, u.avatar_url, u.verified, u.version as author_version,
      coalesce(c.followers, 0) as followers
    from users u left join user_counts c on c.user_id = u.id
    where u.id = any($1::bigint[])
  ), minted as materialized (
    select known.*, mint_id_at(shard_of(author_id), at) as id
    from (select * from asked join author on user_id = author_id order by nth) known
  ), claimed as (
    insert into idempotency_keys (user_id, key, request_hash, status, body, token_xid)
    select author_id, key, request_hash, 201, jsonb_build_object(
        'id', id::text, 'text', text, 'language', language, 'sensitive', sensitive,
        'version', 1, 'createdAtMs', ${millisecondsOf('at')}, 'editedAtMs', null,
        'author', jsonb_build_object('id', author_id::text, 'handle', handle, 'name', name,
          'avatarUrl', avatar_url, 'verified', verified)),
      pg_current_xact_id()::text::bigint
    from minted where key is not null order by author_id, key
    ${TAKE_KEY}
    returning user_id as claimed_by, key as claimed_key
  ), decided as materialized (
    select minted.*, (case coalesce((select value #>> '{}' from settings where key = 'delivery.strategy'), $8)
      when 'push' then 'push'
      when 'pull' then 'pull'
      else case when followers
          < coalesce((select value::bigint from settings where key = 'delivery.threshold'), $9)
        then 'push' else 'pull' end
      end)::delivery_kind as delivery
    from minted
    where key is null or exists (select from claimed where claimed_by = author_id and claimed_key = key)
  ), post as (
    insert into posts (shard, id, author_id, text, language, sensitive, delivery, created_at)
    select shard_of(id), id, author_id, text, language, sensitive, delivery, at from decided
  ), event as (
    insert into outbox (partition, key, event)
    select partition, author_id::text, jsonb_build_object('type', 'post.created', 'post', id::text,
      'author', author_id::text, 'delivery', delivery)
    from decided order by nth
  )
  select nth, id, author_id, text, language, sensitive,
    1 as version, ${millisecondsOf('at')} as created_at_ms, null as edited_at_ms,
    handle, name, avatar_url, verified, author_version, ${millisecondsOf('now()')} as seen_at_ms,
    pg_current_xact_id()::text as xid, ${EPOCH} as epoch
  from decided`

interface Made {
  /** Its place among those asked for, from 1. */
  readonly nth: string
  readonly author_version: number
  /** Of the transaction's beginning, so of before its snapshot. */
  readonly seen_at_ms: string
  readonly xid: string
  readonly epoch: number
}

/**
 * In the order asked for; `undefined`: no such author. Those whose key was taken before have the answer of
 * then, or a refusal of their own. No two may have the same key of the same author.
 */
export async function createPosts(
  pool: Pick<ClientBase, 'query'>,
  asked: readonly NewPost[],
): Promise<readonly Promise<CreatedPost | undefined>[]> {
  const { rows } = await pool.query<PostRecord & Made>({
    name: 'create-posts',
    text: CREATE,
    values: [
      asked.map(({ author }) => author),
      asked.map(({ post }) => post.text),
      asked.map(({ post }) => post.language ?? null),
      asked.map(({ post }) => post.sensitive ?? false),
      asked.map(({ author }) => logPartitionOf(author)),
      asked.map(({ idempotency }) => idempotency?.key ?? null),
      asked.map(({ idempotency }) => idempotency?.requestHash ?? null),
      DEFAULT_SETTINGS['delivery.strategy'],
      DEFAULT_SETTINGS['delivery.threshold'],
    ],
  })
  const made = new Map(rows.map((record) => [Number(record.nth), record]))
  return asked.map(async ({ author, idempotency }, at) => {
    const record = made.get(at + 1)
    if (record !== undefined) return createdPost(record)
    if (idempotency === undefined) return undefined
    const earlier = await earlierAnswer(pool, author, idempotency)
    return earlier && { facts: earlier.facts as PostRow, token: earlier.token }
  })
}

const createdPost = (record: PostRecord & Made): CreatedPost => ({
  facts: postRow(record),
  token: { epoch: record.epoch, xid: Number(record.xid) },
  seen: { authorVersion: record.author_version, atMs: Number(record.seen_at_ms) },
})
