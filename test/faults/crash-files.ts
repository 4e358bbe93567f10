/** How a parent and the processes that it kills speak of crash points: by files in one folder. */
export const CRASH_FOLDER_VARIABLE = 'CRASH_POINTS_FOLDER'

export const armedFile = (point: string): string => `armed.${point}`

export const heldFile = (point: string, pid: number): string => `held.${point}.${pid}`

/** Who is held there, of a file's name. */
export function heldPid(file: string, point: string): number | undefined {
  const start = heldFile(point, 0).slice(0, -1)
  return file.startsWith(start) ? Number(file.slice(start.length)) : undefined
}
