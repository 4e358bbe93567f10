import { describe, expect, it } from 'vitest'
import { readServerTiming, requestLog, serverMs } from '../../../edge/web/request-log.js'

const entry = (path: string) => ({
  atMs: 0,
  method: 'GET',
  path,
  status: 200,
  outcome: '',
  completeness: '' as const,
  missing: [],
  servedBy: 'l1',
  timings: [],
  measuredMs: 1,
  requestId: '',
})

describe('the log of requests', () => {
  it('keeps the newest, newest first', () => {
    const log = requestLog({ entriesMax: 2 })
    let seen: string[] = []
    log.follow((entries) => (seen = entries.map(({ path }) => path)))
    for (const path of ['/a', '/b', '/c']) log.add(entry(path))

    expect(seen).toEqual(['/c', '/b'])
  })
})

describe('Server-Timing', () => {
  it('is read with descriptions, without durations, and when it is absent', () => {
    expect(readServerTiming('l2;desc="eu west";dur=1.5, cached, total; dur=4')).toEqual([
      { name: 'l2', durationMs: 1.5 },
      { name: 'total', durationMs: 4 },
    ])
    expect(readServerTiming(null)).toEqual([])
    expect(readServerTiming('x;dur=soon')).toEqual([])
  })

  it('is the total where there is one, else the longest part', () => {
    expect(serverMs(readServerTiming('a;dur=9, total;dur=4'))).toBe(4)
    expect(serverMs(readServerTiming('a;dur=1, b;dur=3'))).toBe(3)
    expect(serverMs([])).toBeUndefined()
  })
})
