import { describe, expect, it } from 'vitest'
import { formatSession, parseSession } from '../../../shared/feed/session.ts'
import { postId, THE_BEGINNING } from '../../../shared/ids.ts'

const asOf = { epoch: 1, xmin: 5, xmax: 9, xip: [5, 7] }

describe('a ranked session as text', () => {
  it('comes back as it was', () => {
    const session = { ids: [postId('12'), postId('15')], seam: THE_BEGINNING, asOf }

    expect(parseSession(formatSession(session))).toEqual(session)
  })

  it.each([
    '',
    'null',
    '[]',
    '[2,"1:1:1:","0",[]]',
    '[1,"x","0",[]]',
    '[1,"1:1:1:","0",["0x1"]]',
    '{',
  ])('is nothing when it reads %j', (text) => {
    expect(parseSession(text)).toBeUndefined()
  })
})
