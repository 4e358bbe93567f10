import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { SpawnChild } from '../../scripts/local/children.ts'
import { until } from '../../scripts/local/until.ts'
import { REPLACEMENTS_VARIABLE, type Replacement } from '../oracle/plant/replacement.ts'
import { armedFile, CRASH_FOLDER_VARIABLE, heldPid } from './crash-files.ts'

/** The side of the parent: starts processes that have crash points, and waits for one to be held. */
export interface CrashParent {
  /** Around the way in which a process is started. */
  readonly spawn: (spawnChild: SpawnChild) => SpawnChild
  /** The process that reached the point first. Fails when nobody comes by. */
  hold(point: string, deadlineMs: number): Promise<number>
}

export async function crashParent(
  folder: string,
  replacements: readonly Replacement[],
): Promise<CrashParent> {
  await mkdir(folder, { recursive: true })
  const env = {
    [CRASH_FOLDER_VARIABLE]: folder,
    [REPLACEMENTS_VARIABLE]: JSON.stringify(replacements),
  }
  const points = path.join(import.meta.dirname, 'crash-points.ts')
  return {
    spawn: (spawnChild) => (options) =>
      spawnChild({
        ...options,
        args: ['--import', points, ...options.args],
        env: { ...options.env, ...env },
      }),
    async hold(point, deadlineMs) {
      const armed = path.join(folder, armedFile(point))
      await writeFile(armed, '')
      try {
        return await until(
          async () => {
            const files = await readdir(folder)
            const held = files.find((file) => heldPid(file, point) !== undefined)
            if (held === undefined) return undefined
            await rm(path.join(folder, held))
            return heldPid(held, point)
          },
          { deadlineMs, what: `a process at the point "${point}"`, everyMs: 5 },
        )
      } finally {
        await rm(armed, { force: true })
      }
    },
  }
}
