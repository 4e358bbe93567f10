import { refuseBlocked, relationCommand } from './relations.ts'

export const unmute = relationCommand('mute', async ({ relations }, standing, viewer, target) => {
  if (await relations.remove('mute', viewer, target)) return [viewer]
  refuseBlocked(standing)
  return []
})
