import { runCommand } from '../../origin/adapters/memory/commands.ts'
import { memoryInvalidationRegion } from '../../origin/adapters/memory/invalidation-region.ts'
import { memoryNode } from '../../origin/adapters/memory/node.ts'
import type { Reply } from '../../shared/feed/wave.ts'
import { keys } from '../../shared/keys.ts'
import { invalidationRegionContract } from './invalidation-region.ts'

const textOf = (reply: Reply): string | null => (typeof reply === 'string' ? reply : null)

invalidationRegionContract(async () => {
  const node = memoryNode({ now: Date.now })
  return {
    region: memoryInvalidationRegion('here', node),
    async entries() {
      const reply = runCommand(node, [
        'XRANGE',
        keys.invalidationLog,
        '0-0',
        '+',
        'COUNT',
        '1000',
      ]) as readonly (readonly [string, readonly string[]])[]
      return reply.map(([id, fields]) => [
        Number.parseInt(id, 10),
        ...fields.filter((_, at) => at % 2 === 1),
      ])
    },
    lease: async () => textOf(runCommand(node, ['GET', keys.lease])),
    async pulled() {
      const reply = runCommand(node, ['MGET', keys.pulledSetHorizon, keys.pulledSet])
      const [stamp = null, set = null] = Array.isArray(reply) ? (reply as readonly Reply[]) : []
      return [textOf(stamp), textOf(set)]
    },
  }
})
