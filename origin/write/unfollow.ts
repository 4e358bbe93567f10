import { refuseBlocked, relationCommand } from './relations.ts'

export const unfollow = relationCommand(
  'follow',
  async ({ relations }, standing, viewer, target) => {
    if (await relations.remove('follow', viewer, target)) return [viewer]
    refuseBlocked(standing)
    return []
  },
)
