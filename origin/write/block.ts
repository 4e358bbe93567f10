import { relationCommand, type Change } from './relations.ts'

/** Ends the follows between the two. Also open to one who is blocked: safety goes before hiding. */
const change: Change = async ({ relations }, _standing, viewer, target) => {
  if (!(await relations.add('block', viewer, target))) return []
  await relations.remove('follow', viewer, target)
  await relations.remove('follow', target, viewer)
  return [viewer, target]
}

export const block = relationCommand('block', change, { changesTarget: true })
