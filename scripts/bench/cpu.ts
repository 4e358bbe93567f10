import { readdirSync, readFileSync } from 'node:fs'

/**
 * CPU that a process has had, all its threads together, in microseconds. Beside rates it tells a slow
 * program from a busy machine. Linux only: elsewhere nobody counts as exactly.
 */
export function cpuUsOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const tasks = `/proc/${pid}/task`
  let ns = 0
  for (const task of readdirSync(tasks)) {
    ns += Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0])
  }
  return ns / 1000
}

/** The same of the processes that this one started, which do its work. */
export function cpuUsOfChildren(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
  const pids = children.filter((child) => child.trim() !== '').map(Number)
  return pids.reduce((sum, child) => sum + (cpuUsOf(child) ?? 0), 0)
}
