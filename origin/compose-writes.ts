import type { Stores } from './compose-stores.ts'
import { pushOwn } from './delivery/push-own.ts'
import type { CreatedPost } from './ports/writes.ts'
import { block } from './write/block.ts'
import { changeUser } from './write/change-user.ts'
import { createPost } from './write/create-post.ts'
import { deletePost } from './write/delete-post.ts'
import { editPost } from './write/edit-post.ts'
import { follow } from './write/follow.ts'
import { mute } from './write/mute.ts'
import { provisionUsers } from './write/provision-users.ts'
import { unblock } from './write/unblock.ts'
import { unfollow } from './write/unfollow.ts'
import { unmute } from './write/unmute.ts'

/** The commands, one transaction each. */
export function composeWrites(
  { writes, signal, lists }: Pick<Stores, 'writes' | 'signal' | 'lists'>,
  keepText: (created: CreatedPost) => void,
  failed: (what: string, error: unknown) => void,
) {
  const deps = {
    writes,
    published: signal.raise,
    pushOwn: pushOwn(lists),
    pushFailed: (error: unknown) => failed('push of one’s own post', error),
    keepText,
  }
  return {
    createPost: createPost(deps),
    editPost: editPost(deps),
    deletePost: deletePost(deps),
    changeUser: changeUser(deps),
    provisionUsers: provisionUsers(deps),
    follow: follow(deps),
    unfollow: unfollow(deps),
    block: block(deps),
    unblock: unblock(deps),
    mute: mute(deps),
    unmute: unmute(deps),
  }
}
