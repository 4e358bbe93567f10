import type { PostId, UserId } from '../../../shared/ids.ts'
import { aPost, aUser } from '../../support/feed-builders.ts'
import type { RegionWorld } from './region-world.ts'

/** Somebody who reads and has written one post, with everything in the region that an edge answers by. */
export async function oneAuthor(
  world: RegionWorld,
): Promise<{ readonly author: UserId; readonly post: PostId }> {
  const author = aUser()
  const post = aPost()
  await world.tick()
  await world.deliver()
  await world.pulled([])
  await world.record(author)
  await world.post(post, author)
  await world.user(author, 'author')
  await world.timeline(author, [post])
  await world.authorList(author, [post])
  return { author, post }
}
