import type { PostId } from '../../../shared/ids.ts'
import { edgeUnderTest, type EdgeOptions, type EdgeUnderTest } from './edge-under-test.ts'
import type { RegionWorld } from './region-world.ts'

/**
 * An edge that has listened for long enough to keep what it reads: the first read begins to listen, the
 * ticks after it make certain that nothing was missed before.
 */
export async function listeningEdge(
  world: RegionWorld,
  options: EdgeOptions = {},
): Promise<EdgeUnderTest> {
  const edge = edgeUnderTest({ regions: [world.pipeline], ...options })
  await edge.get('/v1/posts/1')
  for (let n = 0; n < 3; n += 1) await world.tick()
  await world.deliver()
  return edge
}

/** The same, and a post that it has in L1. */
export async function edgeWithPost(
  world: RegionWorld,
  post: PostId,
  options: EdgeOptions = {},
): Promise<EdgeUnderTest> {
  const edge = await listeningEdge(world, options)
  await edge.get(`/v1/posts/${post}`)
  await edge.settle()
  return edge
}
