import type pg from 'pg'
import { nodePace } from '../../../origin/adapters/node/pace.ts'
import { postgresPool } from '../../../origin/adapters/postgres/pool.ts'
import { postgresWrites } from '../../../origin/adapters/postgres/writes.ts'
import type { CreatedPost } from '../../../origin/ports/writes.ts'
import { block } from '../../../origin/write/block.ts'
import { changeUser } from '../../../origin/write/change-user.ts'
import { createPost } from '../../../origin/write/create-post.ts'
import { deletePost } from '../../../origin/write/delete-post.ts'
import { editPost } from '../../../origin/write/edit-post.ts'
import { follow } from '../../../origin/write/follow.ts'
import { mute } from '../../../origin/write/mute.ts'
import { provisionUsers } from '../../../origin/write/provision-users.ts'
import { unblock } from '../../../origin/write/unblock.ts'
import { unfollow } from '../../../origin/write/unfollow.ts'
import { unmute } from '../../../origin/write/unmute.ts'
import type { Event } from '../../../shared/events/event.ts'
import { userId, type PostId, type UserId } from '../../../shared/ids.ts'
import { freshDatabase } from '../../support/postgres.ts'

/** All write commands on a Postgres of their own. */
export async function writeWorld() {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await freshDatabase())
  const pool = stack.adopt(
    postgresPool(database.url, { max: 8, statementTimeoutMs: 5_000, applicationName: 'test' }),
    (opened) => opened.end(),
  )
  const pushed: { author: UserId; post: PostId }[] = []
  const kept: CreatedPost[] = []
  const failures: unknown[] = []
  let published = 0
  const deps = {
    writes: postgresWrites(pool, nodePace),
    published: () => {
      published += 1
    },
    pushOwn: async (author: UserId, post: PostId) => {
      pushed.push({ author, post })
    },
    pushFailed: (error: unknown) => void failures.push(error),
    keepText: (created: CreatedPost) => void kept.push(created),
  }
  const rows = async <Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []) =>
    (await pool.query<Row>(sql, values)).rows
  const owned = stack.move()

  return {
    url: database.url,
    pool,
    deps,
    pushed,
    kept,
    failures,
    published: () => published,
    rows,
    commands: {
      block: block(deps),
      changeUser: changeUser(deps),
      createPost: createPost(deps),
      deletePost: deletePost(deps),
      editPost: editPost(deps),
      follow: follow(deps),
      mute: mute(deps),
      provisionUsers: provisionUsers(deps),
      unblock: unblock(deps),
      unfollow: unfollow(deps),
      unmute: unmute(deps),
    },
    /** New people, in the order of their ids. */
    async people(count: number): Promise<UserId[]> {
      const made = await rows<{ id: string }>(
        `insert into users (handle, name)
         select 'p' || replace(gen_random_uuid()::text, '-', '')::varchar(24), 'A person'
         from generate_series(1, $1) returning id`,
        [count],
      )
      return made.map(({ id }) => userId(id)).toSorted()
    },
    /** What was appended, in the order of the log. */
    async events(): Promise<{ xid: number; key: string; event: Event }[]> {
      const found = await rows<{ xid: string; key: string; event: Event }>(
        'select xid::text as xid, key, event from outbox order by outbox.xid, id',
      )
      return found.map(({ xid, key, event }) => ({ xid: Number(xid), key, event }))
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export type WriteWorld = Awaited<ReturnType<typeof writeWorld>>
