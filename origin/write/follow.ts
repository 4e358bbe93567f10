import { AppError } from '../../shared/errors.ts'
import { FOLLOWS_MAX } from '../../shared/limits.ts'
import { refuseBlocked, relationCommand } from './relations.ts'

export const follow = relationCommand('follow', async ({ relations }, standing, viewer, target) => {
  refuseBlocked(standing)
  if (!(await relations.add('follow', viewer, target))) return []
  // The viewer’s other follows wait for this one, so that none of them escapes the count.
  await relations.lockUser(viewer)
  if ((await relations.countFollows(viewer, FOLLOWS_MAX + 1)) > FOLLOWS_MAX) {
    throw new AppError('FOLLOWS_LIMIT', `more than ${FOLLOWS_MAX}`)
  }
  return [viewer]
})
