import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  covers,
  formatHorizon,
  hasToken,
  hasXid,
  horizonOfSnapshot,
  lowestHorizon,
  parseHorizon,
  tokenOf,
  type Horizon,
} from '../../shared/horizon.ts'
import { cursorToken, formatToken, laterToken, parseToken } from '../../shared/token.ts'
import { freshPool } from '../support/pool.ts'

const XIDS = Array.from({ length: 24 }, (_, xid) => xid)

/** As Postgres makes them: xip lies between xmin and xmax, and xmin itself runs when there is a gap. */
const horizon: fc.Arbitrary<Horizon> = fc
  .tuple(fc.integer({ min: 1, max: 2 }), fc.nat(20), fc.uniqueArray(fc.nat(20), { maxLength: 5 }))
  .map(([epoch, xmax, running]) => {
    const xip = running.filter((xid) => xid < xmax).toSorted((a, b) => a - b)
    return { epoch, xmin: xip[0] ?? xmax, xmax, xip }
  })

const shows = (each: Horizon): number[] => XIDS.filter((xid) => hasXid(each, xid))

describe('a horizon', () => {
  it('comes back from its text', () => {
    fc.assert(
      fc.property(horizon, (each) => {
        expect(parseHorizon(formatHorizon(each))).toEqual(each)
      }),
    )
  })

  it.each(['', '1:2', '1:2:3', 'a:1:1:', '1:1:1:,', '1:1:1:2,', '1:-1:1:', ' 1:1:1:'])(
    'is not %j',
    (text) => {
      expect(parseHorizon(text)).toBeUndefined()
    },
  )

  it('covers another one when it shows all that the other shows', () => {
    fc.assert(
      fc.property(horizon, horizon, (outer, inner) => {
        const shown = new Set(shows(outer))
        const isWithin = outer.epoch === inner.epoch && shows(inner).every((xid) => shown.has(xid))
        // It may say no when it cannot tell; what it says yes to is true.
        expect(covers(outer, inner) && !isWithin).toBe(false)
        expect(covers(outer, outer)).toBe(true)
      }),
    )
  })

  it('of several is what all of them have, and never more', () => {
    fc.assert(
      fc.property(fc.array(horizon, { minLength: 1, maxLength: 4 }), (all) => {
        const lowest = lowestHorizon(all)
        for (const each of all) {
          const claimed = each.epoch === lowest.epoch ? shows(lowest) : []
          expect(shows(each)).toEqual(expect.arrayContaining(claimed))
        }
        const isMixed = new Set(all.map(({ epoch }) => epoch)).size > 1
        expect(isMixed && shows(lowest).length > 0).toBe(false)
      }),
    )
  })

  it('has its own token, and no token while something below it runs', () => {
    fc.assert(
      fc.property(horizon, fc.nat(22), (each, xid) => {
        expect(hasToken(each, tokenOf(each))).toBe(true)
        const all = XIDS.filter((below) => below <= xid).every((below) => hasXid(each, below))
        expect(hasToken(each, { epoch: each.epoch, xid })).toBe(all)
        expect(hasToken(each, { epoch: each.epoch + 1, xid })).toBe(false)
      }),
    )
  })
})

describe('a token', () => {
  it('comes back from its text', () => {
    expect(parseToken(formatToken({ epoch: 3, xid: 812 }))).toEqual({ epoch: 3, xid: 812 })
    for (const text of ['', '1', '1.', '.1', '1.1.1', '-1.2', '1.2 ', '1.99999999999999999999']) {
      expect(parseToken(text)).toBeUndefined()
    }
  })

  it('composes by the later, a newer epoch first', () => {
    const [a, b, c] = [
      { epoch: 1, xid: 9 },
      { epoch: 1, xid: 10 },
      { epoch: 2, xid: 1 },
    ]
    expect(laterToken(a, b)).toEqual(b)
    expect(laterToken(c, b)).toEqual(c)
    expect(laterToken(undefined, a)).toEqual(a)
    expect(laterToken(undefined, undefined)).toBeUndefined()
  })

  it('in a cursor asks for all that the page could see', () => {
    fc.assert(
      fc.property(horizon, horizon, (page, later) => {
        const token = cursorToken(page, undefined)
        const known = new Set(shows(later))
        expect(hasToken(later, token) && !shows(page).every((xid) => known.has(xid))).toBe(false)
      }),
    )
  })
})

describe('a horizon beside Postgres', () => {
  it('shows what Postgres shows, with transactions open, ended and rolled back', async () => {
    const { pool } = await freshPool(8)
    const snapshots: string[] = []
    const xids: number[] = []
    const begin = async () => {
      const client = await pool.connect()
      await client.query('begin')
      const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id() as xid')
      xids.push(Number(rows[0]?.xid))
      return {
        async end(how: 'commit' | 'rollback') {
          await client.query(how)
          client.release()
        },
      }
    }
    const look = async () => {
      const { rows } = await pool.query<{ now: string }>(
        'select pg_current_snapshot()::text as now',
      )
      snapshots.push(rows[0]?.now ?? '')
    }

    const [first, second, third] = [await begin(), await begin(), await begin()]
    await look()
    await second.end('commit')
    await look()
    const fourth = await begin()
    await third.end('rollback')
    await look()
    await first.end('commit')
    await fourth.end('commit')
    await look()

    for (const snapshot of snapshots) {
      const { rows } = await pool.query<{ visible: boolean }>(
        `select pg_visible_in_snapshot(xid::text::xid8, $1::pg_snapshot) as visible
         from unnest($2::bigint[]) with ordinality as each (xid, at) order by at`,
        [snapshot, xids],
      )
      const ours = horizonOfSnapshot(1, snapshot)
      expect(xids.map((xid) => hasXid(ours, xid))).toEqual(rows.map(({ visible }) => visible))
    }
    const horizons = snapshots.map((snapshot) => horizonOfSnapshot(1, snapshot))
    for (const [at, later] of horizons.entries()) {
      for (const earlier of horizons.slice(0, at)) expect(covers(later, earlier)).toBe(true)
    }
  })
})
