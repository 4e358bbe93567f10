import type { ClientBase } from 'pg'
import { AppError } from '../../../shared/errors.ts'
import type { UserId } from '../../../shared/ids.ts'
import { IDEMPOTENCY_LIFE_MS } from '../../../shared/limits.ts'
import type { EarlierAnswers, Idempotency, Written } from '../../ports/writes.ts'
import { EPOCH } from './epoch.ts'

/** Takes a key that is new, or older than a day. A key that another transaction holds is waited for. */
export const TAKE_KEY = `on conflict (user_id, key) do update
  set request_hash = excluded.request_hash, status = excluded.status, body = excluded.body,
    token_xid = excluded.token_xid, created_at = excluded.created_at
  where idempotency_keys.created_at < clock_timestamp() - interval '${IDEMPOTENCY_LIFE_MS} milliseconds'`

/** Rows of requests under way are not visible to others, so a visible one has its answer. */
export async function earlierAnswer(
  client: Pick<ClientBase, 'query'>,
  user: UserId,
  { key, requestHash }: Idempotency,
): Promise<Written<unknown> | undefined> {
  const { rows } = await client.query<{ same: boolean; body: unknown; xid: string; epoch: number }>(
    `select request_hash = $3 as same, body, token_xid as xid, ${EPOCH} as epoch
     from idempotency_keys where user_id = $1 and key = $2`,
    [user, key, requestHash],
  )
  const [answer] = rows
  if (answer === undefined) return undefined
  if (!answer.same) throw new AppError('IDEMPOTENCY_KEY_REUSED', 'the request differs')
  return { facts: answer.body, token: { epoch: answer.epoch, xid: Number(answer.xid) } }
}

export const earlierAnswers = (client: ClientBase): EarlierAnswers => ({
  async claim(user, idempotency) {
    const { rowCount } = await client.query(
      `insert into idempotency_keys (user_id, key, request_hash, status, body, token_xid)
       values ($1, $2, $3, 0, 'null', 0) ${TAKE_KEY}`,
      [user, idempotency.key, idempotency.requestHash],
    )
    if (rowCount === 1) return undefined
    const earlier = await earlierAnswer(client, user, idempotency)
    if (earlier === undefined) {
      // Forgotten between the two statements: the client may come again at once.
      throw new AppError('STORE_UNAVAILABLE', 'the idempotency key was just forgotten')
    }
    return earlier
  },

  async keep(user, key, { facts, token }) {
    await client.query(
      `update idempotency_keys set status = 200, body = $3, token_xid = $4
       where user_id = $1 and key = $2`,
      [user, key, JSON.stringify(facts), token.xid],
    )
  },
})
