import type { Pool } from 'pg'
import { DEFAULT_SETTINGS } from '../../../shared/admin/settings.ts'
import type { UserId } from '../../../shared/ids.ts'
import { logPartitionOf } from '../../../shared/keys.ts'
import type { CreatePost } from '../../../shared/post.ts'
import type { CreatedPost, Idempotency, PostRow } from '../../ports/writes.ts'
import { earlierAnswer, TAKE_KEY } from './earlier-answers.ts'
import { EPOCH } from './epoch.ts'
import { millisecondsOf, postRow, type PostRecord } from './rows.ts'

/**
 * Everything that a post needs in one statement, so in one round trip and one transaction: who the author
 * is, push or pull, the id, the row, the event, and the answer under its idempotency key. The clock is
 * read once: the id and `created_at` name the same millisecond.
 */
const statement = (withKey: boolean): string => `
  with author as materialized (
    select u.id, u.handle, u.name, u.avatar_url, u.verified, u.version, coalesce(c.followers, 0) as followers
    from users u left join user_counts c on c.user_id = u.id
    where u.id = $1
  ), minted as materialized (
    select mint_id_at(shard_of($1), at) as id, at
    from (select date_trunc('milliseconds', clock_timestamp()) as at) clock
  ), ${withKey ? CLAIM : `going as materialized (select from author, minted)`}, decided as materialized (
    select (case coalesce((select value #>> '{}' from settings where key = 'delivery.strategy'), $6)
      when 'push' then 'push'
      when 'pull' then 'pull'
      else case when author.followers
          < coalesce((select value::bigint from settings where key = 'delivery.threshold'), $7)
        then 'push' else 'pull' end
      end)::delivery_kind as delivery
    from author, going
  ), post as (
    insert into posts (shard, id, author_id, text, language, sensitive, delivery, created_at)
    select shard_of(minted.id), minted.id, $1, $2, $3, $4, decided.delivery, minted.at
    from decided, minted
  ), event as (
    insert into outbox (partition, key, event)
    select $5, $1::text, jsonb_build_object('type', 'post.created', 'post', minted.id::text,
      'author', $1::text, 'delivery', decided.delivery)
    from decided, minted
  )
  select minted.id, $1::bigint as author_id, $2::text as text, $3::text as language, $4::boolean as sensitive,
    1 as version, ${millisecondsOf('minted.at')} as created_at_ms, null as edited_at_ms,
    author.handle, author.name, author.avatar_url, author.verified, author.version as author_version, ${millisecondsOf('now()')} as seen_at_ms,
    pg_current_xact_id()::text as xid, ${EPOCH} as epoch
  from author, minted, decided`

/** The answer is kept as the row that it is made of. */
const CLAIM = `going as (
    insert into idempotency_keys (user_id, key, request_hash, status, body, token_xid)
    select $1, $8, $9, 201, jsonb_build_object(
        'id', minted.id::text, 'text', $2::text, 'language', $3::text, 'sensitive', $4::boolean,
        'version', 1, 'createdAtMs', ${millisecondsOf('minted.at')}, 'editedAtMs', null,
        'author', jsonb_build_object('id', $1::text, 'handle', author.handle, 'name', author.name,
          'avatarUrl', author.avatar_url, 'verified', author.verified)),
      pg_current_xact_id()::text::bigint
    from author, minted
    ${TAKE_KEY}
    returning key
  )`

const PLAIN = { name: 'create-post', text: statement(false) }
const KEYED = { name: 'create-post-keyed', text: statement(true) }

interface Made {
  readonly author_version: number
  /** Of the transaction's beginning, so of before its snapshot. */
  readonly seen_at_ms: string
  readonly xid: string
  readonly epoch: number
}

export async function createPost(
  pool: Pool,
  author: UserId,
  post: CreatePost,
  idempotency: Idempotency | undefined,
): Promise<CreatedPost | undefined> {
  const values = [
    author,
    post.text,
    post.language ?? null,
    post.sensitive ?? false,
    logPartitionOf(author),
    DEFAULT_SETTINGS['delivery.strategy'],
    DEFAULT_SETTINGS['delivery.threshold'],
  ]
  const { rows } = await pool.query<PostRecord & Made>(
    idempotency === undefined
      ? { ...PLAIN, values }
      : { ...KEYED, values: [...values, idempotency.key, idempotency.requestHash] },
  )
  const [record] = rows
  if (record !== undefined) {
    return {
      facts: postRow(record),
      token: { epoch: record.epoch, xid: Number(record.xid) },
      seen: { authorVersion: record.author_version, atMs: Number(record.seen_at_ms) },
    }
  }
  if (idempotency === undefined) return undefined
  const earlier = await earlierAnswer(pool, author, idempotency)
  return earlier === undefined
    ? undefined
    : { facts: earlier.facts as PostRow, token: earlier.token }
}
