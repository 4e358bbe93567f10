/**
 * What a process of the product is started with, by `--import`, to have points at which it can be held and
 * killed: its sources are changed as they are loaded, never on disk. Without it there are none.
 *
 * The parent arms a point by making a file. Of all processes that pass the point, the one that renames the
 * file is held, for ever and with everything that it does: nothing of it goes past that line any more.
 */
import { renameSync } from 'node:fs'
import path from 'node:path'
import '../oracle/plant/register.ts'
import { armedFile, CRASH_FOLDER_VARIABLE, heldFile } from './crash-files.ts'

const folder = process.env[CRASH_FOLDER_VARIABLE]
if (folder === undefined) throw new Error(`${CRASH_FOLDER_VARIABLE} is not set`)

declare global {
  /** Called by the sources that were changed. */
  var crashPoint: (name: string) => void
}

globalThis.crashPoint = (name) => {
  if (isTaken(path.join(folder, armedFile(name)), path.join(folder, heldFile(name, process.pid)))) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }
}

/** A rename happens once, whoever else tries. */
function isTaken(armed: string, held: string): boolean {
  try {
    renameSync(armed, held)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
