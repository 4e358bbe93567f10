import { createPosts } from '../../../origin/adapters/postgres/create-posts.ts'
import type { PostId, UserId } from '../../../shared/ids.ts'
import type { World } from '../world/world.ts'
import type { Command, Via } from './commands.ts'
import type { RunState } from './run-state.ts'

export interface Writing {
  publish(by: UserId, via: Via): Promise<void>
  change(post: PostId, how: 'edit' | 'delete', via: Via): Promise<void>
  relate(command: Omit<Extract<Command, { do: 'relate' }>, 'do'>): Promise<void>
  /** A post whose transaction stays open. */
  begin(by: UserId): Promise<void>
  commit(which: number): Promise<void>
  abandonAll(): Promise<void>
}

interface OpenTransaction {
  readonly commit: () => Promise<void>
  readonly abandon: () => Promise<void>
}

const OPEN_MAX = 3

export function writing(state: RunState): Writing {
  const { world, readers, posts, order } = state
  const open: OpenTransaction[] = []

  const know = (post: PostId, author: UserId, xid: number, via: Via, isPushed: boolean) => {
    posts.set(post, { author, xid, via, losses: world.node.losses(), isPushed })
    order.push(post)
  }

  return {
    async publish(by, via) {
      const made = state.granted(await readers.publish(via, by, state.newText()), 'a post')
      if (made === undefined) return
      const { post, token } = made.answer
      know(post, by, token.xid, via, world.away.size === 0)
      await state.note(by, token)
    },

    async change(post, how, via) {
      const author = posts.get(post)?.author
      if (author === undefined) return
      const outcome =
        how === 'edit'
          ? await readers.edit(via, author, post, state.newText())
          : await readers.remove(via, author, post)
      const done = state.granted(outcome, `${how} of ${post}`, ['POST_NOT_FOUND'])
      if (done !== undefined) await state.note(author, done.answer)
    },

    async relate({ how, from: fromIndex, to: toIndex, via }) {
      const from = state.personAt(fromIndex)
      const others = world.people.filter((person) => person !== from)
      const to = others[toIndex % others.length] as UserId
      const outcome = await readers.relate(via, how, from, to)
      const done = state.granted(outcome, `${how} of ${to}`, ['USER_NOT_FOUND'])
      if (done !== undefined) await state.note(from, done.answer)
      await countFollowers(world)
    },

    async begin(by) {
      if (open.length >= OPEN_MAX) return
      const client = await world.stores.pool.connect()
      await client.query('begin')
      // The statement of the product, over a connection that has not committed yet.
      const asked = { author: by, post: { text: state.newText() }, idempotency: undefined }
      const [made] = await createPosts(client, [asked])
      const written = await made
      if (written === undefined) throw new TypeError('no such author')
      const { facts, token } = written
      open.push({
        async commit() {
          await client.query('commit')
          client.release()
          know(facts.id, by, token.xid, 'origin-a', false)
          await state.note(by, token)
        },
        async abandon() {
          await client.query('rollback')
          client.release()
        },
      })
    },

    async commit(which) {
      const [transaction] = open.splice(which % Math.max(1, open.length), 1)
      await transaction?.commit()
    },

    async abandonAll() {
      for (const transaction of open.splice(0)) await transaction.abandon()
    },
  }
}

export async function setSetting(
  { stores }: World,
  key: 'delivery.threshold' | 'delivery.strategy',
  value: unknown,
): Promise<void> {
  await stores.pool.query(
    `insert into settings (key, value) values ($1, $2)
     on conflict (key) do update set value = excluded.value, version = settings.version + 1`,
    [key, JSON.stringify(value)],
  )
}

/** What the count worker writes within a second. */
async function countFollowers({ stores }: World): Promise<void> {
  await stores.pool.query(
    `insert into user_counts (user_id, followers)
     select id, (select count(*) from follows where followee_id = users.id) from users
     on conflict (user_id) do update set followers = excluded.followers, version = user_counts.version + 1`,
  )
}
