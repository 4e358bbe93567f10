import { postJson } from '../../fragments/post-json.ts'
import type { Tail } from '../../ports/tail.ts'
import type { CreatedPost } from '../../ports/writes.ts'
import type { KeptFragments } from './kept-fragments.ts'

export interface KeepCreatedDeps {
  readonly kept: Pick<KeptFragments, 'keepUnseen'>
  readonly tail: Pick<Tail, 'horizon'>
}

/**
 * A post as its own transaction saw it, kept for readers of this process: whatever changed since then, the
 * tail hears of. A follower's page asks for it before delivery has written it, and need not ask Postgres.
 */
export const keepCreated =
  ({ kept, tail }: KeepCreatedDeps) =>
  ({ facts, token, seen }: CreatedPost): void => {
    // What an earlier request was answered may have changed long ago.
    if (seen === undefined || token.epoch !== tail.horizon().epoch) return
    const { id, author, version } = facts
    const { authorVersion, atMs } = seen
    kept.keepUnseen(
      id,
      { author: author.id, version, authorVersion, json: postJson(facts) },
      { atMs },
    )
  }
