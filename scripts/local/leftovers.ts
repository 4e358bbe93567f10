import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { endGroup, killGroup } from './children.ts'
import { isGone, isRunning, type ProcessIdentity } from './process-identity.ts'

const Record = z.object({ name: z.string(), pid: z.number().int(), startedAt: z.string() })
export type ChildRecord = z.infer<typeof Record>

/**
 * One file for each child that runs, written at once, so that no child runs unrecorded. Whoever is killed with -9 cannot end
 * its children; the next start finds them here and ends them first.
 */
export function remember(folder: string, child: ChildRecord): void {
  const { name, pid, startedAt } = child
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `${pid}.json`)
  writeFileSync(`${file}.new`, JSON.stringify({ name, pid, startedAt }))
  renameSync(`${file}.new`, file)
}

export function forget(folder: string, { pid }: ProcessIdentity): void {
  rmSync(path.join(folder, `${pid}.json`), { force: true })
}

/** Ends what still runs, and answers with the names; what only shares a number is left alone. */
export async function endLeftovers(folder: string): Promise<readonly string[]> {
  const ended: string[] = []
  for (const record of recorded(folder).toReversed()) {
    if (isRunning(record)) {
      ended.push(record.name)
      const stopSignal = record.name === 'postgres' ? 'SIGINT' : 'SIGTERM'
      await endGroup(record, { stopSignal, stopGraceMs: 15_000 })
    }
    forget(folder, record)
  }
  return ended
}

/** For the last moment of a process, which can wait for nothing: what it threw away is lost anyway. */
export function killLeftovers(folder: string): void {
  for (const record of recorded(folder).filter(isRunning)) {
    killGroup(record)
    forget(folder, record)
  }
}

/** In the order in which they were started. */
export function recorded(folder: string): readonly ChildRecord[] {
  return namesIn(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => Record.parse(JSON.parse(readFileSync(path.join(folder, name), 'utf8'))))
    .toSorted((a, b) => a.startedAt.localeCompare(b.startedAt, 'en', { numeric: true }))
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (isGone(error)) return []
    throw error
  }
}
