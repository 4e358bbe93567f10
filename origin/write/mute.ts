import { refuseBlocked, relationCommand } from './relations.ts'

export const mute = relationCommand('mute', async ({ relations }, standing, viewer, target) => {
  refuseBlocked(standing)
  return (await relations.add('mute', viewer, target)) ? [viewer] : []
})
