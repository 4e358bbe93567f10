import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresForgetting } from '../../../origin/adapters/postgres/forgetting.ts'
import { forgetOld } from '../../../origin/write/forget-old.ts'
import { FORGET_ROWS_MAX } from '../../../shared/limits.ts'
import { writeWorld, type WriteWorld } from './write-world.ts'

let world: WriteWorld
beforeAll(async () => {
  world = await writeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

describe('answers under idempotency keys', () => {
  it('are forgotten after a day, in bounded sweeps, and a failed sweep is made up for', async () => {
    await world.rows(
      `insert into idempotency_keys (user_id, key, request_hash, status, body, token_xid, created_at)
       select 1, 'k' || n, 'h', 200, 'null', 1,
         now() - case when n <= $1 then interval '25 hours' else interval '23 hours' end
       from generate_series(1, $1 + 10) n`,
      [FORGET_ROWS_MAX + 10],
    )
    const forgetting = postgresForgetting(world.pool)
    const sweeps: (number | string)[] = []
    const stop = new AbortController()
    let isFirst = true
    await forgetOld(
      {
        forgetting: {
          async answers() {
            if (isFirst) throw new Error('away')
            const forgotten = await forgetting.answers()
            sweeps.push(forgotten)
            return forgotten
          },
        },
        async pause() {
          sweeps.push('pause')
          if (!isFirst) stop.abort()
          isFirst = false
        },
        onFailure: () => void sweeps.push('failed'),
      },
      stop.signal,
    )

    expect(sweeps).toEqual(['failed', 'pause', FORGET_ROWS_MAX, 10, 'pause'])
    expect(await world.rows('select count(*)::int as n from idempotency_keys')).toEqual([{ n: 10 }])
  })
})
