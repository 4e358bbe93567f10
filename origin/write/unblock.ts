import { refuseBlocked, relationCommand, type Change } from './relations.ts'

/** Brings no follow back. The other side’s record is raised too: what it may see has changed. */
const change: Change = async ({ relations }, standing, viewer, target) => {
  if (await relations.remove('block', viewer, target)) return [viewer, target]
  refuseBlocked(standing)
  return []
}

export const unblock = relationCommand('block', change, { changesTarget: true })
