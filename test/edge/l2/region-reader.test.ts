import { expect, it } from 'vitest'
import { memory } from '../../../edge/cache/memory.ts'
import { checks } from '../../../edge/cache/checks.ts'
import { regionReader } from '../../../edge/l2/region-reader.ts'
import type { Reply } from '../../../shared/feed/wave.ts'
import { formatLease } from '../../../shared/invalidation.ts'

const lease = (tick: number) =>
  formatLease({
    term: 1,
    tick,
    lastNumber: 0,
    atMs: 0,
    horizon: { epoch: 1, xmin: tick, xmax: tick, xip: [] },
  })

it('takes the lease of a read after its clock went back, not the one from a moment to come', async () => {
  let nowMs = 1_000_000
  let tick = 1
  const now = () => nowMs
  const reader = regionReader(
    {
      name: 'here',
      latitude: 0,
      longitude: 0,
      pipeline: (commands) =>
        Promise.resolve(commands.map(([name]): Reply => (name === 'GET' ? lease(tick) : []))),
    },
    {
      memory: memory({ now, checks }),
      now,
      report: () => undefined,
      heardElsewhere: () => false,
    },
  )
  const read = () => reader.read({ wave: {}, pulled: false }, () => undefined)
  await read()
  nowMs -= 300_000
  tick = 2
  await read()

  expect(reader.seen()).toMatchObject({ sentAtMs: 700_000, lease: { tick: 2 } })
})
