import { expect, it } from 'vitest'
import { postJson } from '../../../origin/fragments/post-json.ts'
import { keepCreated } from '../../../origin/feed/query/keep-created.ts'
import { keptFragments } from '../../../origin/feed/query/kept-fragments.ts'
import type { CreatedPost } from '../../../origin/ports/writes.ts'
import { tags, type Tag } from '../../../shared/invalidation.ts'
import { aHorizon, aPost, aUser } from '../../support/feed-builders.ts'

const CREATED_AT_MS = Date.UTC(2026, 0, 2)
const [id, author] = [aPost(), aUser()]
const facts = {
  id,
  author: { id: author, handle: 'ann', name: 'Ann', avatarUrl: null, verified: false },
  text: 'a post',
  createdAtMs: CREATED_AT_MS,
  editedAtMs: null,
  language: null,
  sensitive: false,
  version: 1,
}
const SEEN_AT_MS = CREATED_AT_MS - 3
const created: CreatedPost = {
  facts,
  token: { epoch: 1, xid: 9 },
  seen: { authorVersion: 3, atMs: SEEN_AT_MS },
}

function keptAfter(made: CreatedPost, { epoch = 1 } = {}) {
  const heard = new Map<Tag, { version: number; xid: number }>()
  let reachesToMs = 0
  const tail = {
    heard: (tag: Tag) => heard.get(tag),
    horizon: () => ({ ...aHorizon(), epoch }),
    reachesToMs: () => reachesToMs,
  }
  const kept = keptFragments({ tail, losses: { count: () => 0 } })
  keepCreated({ kept, tail })(made)
  return {
    found: () => kept.find([id]).get(id),
    isUnseen: () => kept.isUnseen(id),
    hear: (tag: Tag, version: number) => heard.set(tag, { version, xid: 10 }),
    reachTo: (atMs: number) => {
      reachesToMs = atMs
    },
  }
}

it('finds a post that was just created, as delivery would write it', () => {
  expect(keptAfter(created).found()).toEqual({
    author,
    version: 1,
    authorVersion: 3,
    json: postJson(facts),
  })
})

it('does not say that Redis has it', () => {
  expect(keptAfter(created).isUnseen()).toBe(true)
})

it('gives way to an edit and to another name', () => {
  const edited = keptAfter(created)
  edited.hear(tags.post(id), 2)
  expect(edited.found()).toBeUndefined()
  const renamed = keptAfter(created)
  renamed.hear(tags.user(author), 4)
  expect(renamed.found()).toBeUndefined()
})

it('stands for as long as the tail has all that its transaction may not have seen', () => {
  const old = keptAfter(created)
  old.reachTo(SEEN_AT_MS)
  expect(old.found()).toBeDefined()
  old.reachTo(SEEN_AT_MS + 1)
  expect(old.found()).toBeUndefined()
})

it('keeps nothing of an earlier answer, nor of another epoch', () => {
  expect(keptAfter({ facts, token: created.token }).found()).toBeUndefined()
  expect(keptAfter(created, { epoch: 2 }).found()).toBeUndefined()
})
