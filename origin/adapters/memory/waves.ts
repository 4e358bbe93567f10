import { planWave, type Command, type Reply } from '../../../shared/feed/wave.ts'
import type { Waves } from '../../ports/waves.ts'
import { runCommand } from './commands.ts'
import type { MemoryRedis } from './node.ts'

/** Runs the commands in their order, as one connection does. Others may come in between. */
export async function runCommands(
  node: MemoryRedis,
  commands: readonly Command[],
  /** Awaited before the command; a pipeline is no transaction. */
  before?: (at: number) => Promise<void> | undefined,
): Promise<Reply[]> {
  const replies: Reply[] = []
  for (const [at, command] of commands.entries()) {
    const pause = before?.(at)
    if (pause !== undefined) await pause
    replies.push(runCommand(node, command))
  }
  return replies
}

export function memoryWaves(
  node: MemoryRedis,
  onWave?: () => void,
  before?: (at: number) => Promise<void> | undefined,
): Waves {
  return {
    async send(request) {
      onWave?.()
      const wave = planWave(request)
      return wave.read(await runCommands(node, wave.commands, before))
    },
  }
}
