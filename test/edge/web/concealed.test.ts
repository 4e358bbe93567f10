import { describe, expect, it } from 'vitest'
import { concealed } from '../../../edge/web/concealed.js'

const author = { id: '7', handle: 'ada', name: 'Ada', avatarUrl: null, verified: false }
const by = (reason: string) => ({
  post: { id: '1', author, text: 'x', createdAt: '2026-01-01T00:00:00.000Z', editedAt: null },
  reason,
})

describe('what is concealed', () => {
  it('is all of an author who is blocked or muted, until that ends', () => {
    const hidden = concealed()
    hidden.author('7', { blocking: true })
    expect(hidden.isHidden(by('follow'))).toBe(true)
    expect(hidden.isHidden(by('trending'))).toBe(true)
    hidden.author('7', { blocking: false })
    expect(hidden.isHidden(by('follow'))).toBe(false)
    hidden.author('7', { muting: true })
    expect(hidden.isHidden(by('follow'))).toBe(true)
  })

  it('is only what came by the follow when a follow ends', () => {
    const hidden = concealed()
    hidden.author('7', { following: false })

    expect(hidden.isHidden(by('follow'))).toBe(true)
    expect(hidden.isHidden(by('trending'))).toBe(false)
  })

  it('is a deleted post everywhere, a muted author not on the profile', () => {
    const hidden = concealed()
    hidden.author('7', { muting: true })
    expect(hidden.isDeleted(by('follow'))).toBe(false)
    hidden.post('1')
    expect(hidden.isDeleted(by('follow'))).toBe(true)
  })
})
