import type { ClientBase, Pool } from 'pg'
import { AppError } from '../../../shared/errors.ts'
import {
  POST_GROUPS_MAX,
  POST_GROUP_HOLDS_UP_MS,
  POST_GROUP_MAX,
  POST_WAIT_MS_MAX,
  WRITE_ATTEMPTS_MAX,
  WRITE_MS_MAX,
} from '../../../shared/limits.ts'
import type { Pace } from '../../ports/pace.ts'
import type { Writes, WriteTransaction } from '../../ports/writes.ts'
import { appendEvents } from './append-events.ts'
import { createPosts, type NewPost } from './create-posts.ts'
import { earlierAnswers } from './earlier-answers.ts'
import { EPOCH } from './epoch.ts'
import { answered, isConflict, isMissingPartition } from './failure.ts'
import { groupCommit } from './group-commit.ts'
import { postRows } from './post-rows.ts'
import { relationRows } from './relation-rows.ts'
import { rowTurns } from './row-turns.ts'
import { transaction } from './transaction.ts'
import { userRows } from './user-rows.ts'

/** On a pool of its own: reads that saturate theirs do not slow a write. */
export function postgresWrites(pool: Pool, { now, sleep }: Pick<Pace, 'now' | 'sleep'>): Writes {
  const { inTurn } = rowTurns({ sleep })
  const createPost = groupCommit(
    {
      write: (asked: readonly NewPost[]) => answered(retried(pool, () => createPosts(pool, asked))),
      nameOf: ({ author, idempotency }) => idempotency && `${author} ${idempotency.key}`,
      now,
    },
    {
      groupsMax: POST_GROUPS_MAX,
      asksMax: POST_GROUP_MAX,
      holdsUpMs: POST_GROUP_HOLDS_UP_MS,
      waitMsMax: POST_WAIT_MS_MAX,
    },
  )
  return {
    transaction(turnOf, work) {
      const begunAt = now()
      const inTime = async (client: ClientBase) => {
        const result = await work(transactionOf(client))
        // Whoever waited was told that it failed, and may have gone another way since.
        if (now() - begunAt <= WRITE_MS_MAX) return result
        throw new AppError('STORE_UNAVAILABLE', 'a write came too late to be committed')
      }
      return inTurn(turnOf, () => answered(retried(pool, () => transaction(pool, inTime))))
    },
    createPost: (author, post, idempotency) => answered(createPost({ author, post, idempotency })),
  }
}

const transactionOf = (client: ClientBase): WriteTransaction => ({
  users: userRows(client),
  posts: postRows(client),
  relations: relationRows(client),
  answers: earlierAnswers(client),
  append: (key, events) => appendEvents(client, key, events),
  async token() {
    const { rows } = await client.query<{ epoch: number; xid: string }>(
      `select ${EPOCH} as epoch, pg_current_xact_id()::text as xid`,
    )
    const [row] = rows
    if (row === undefined) throw new TypeError('a select without a row')
    return { epoch: row.epoch, xid: Number(row.xid) }
  },
})

/** Begins again where the first attempt left nothing behind and a second one can succeed. */
async function retried<T>(pool: Pool, attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (attempts >= WRITE_ATTEMPTS_MAX) throw error
      if (isMissingPartition(error)) await pool.query('select ensure_outbox_partitions()')
      else if (!isConflict(error)) throw error
    }
  }
}
