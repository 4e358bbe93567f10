import { mkdir, open } from 'node:fs/promises'
import path from 'node:path'
import type { Rejected } from './kind.ts'
import { EXCERPT_CHARACTERS_MAX } from './limits.ts'

/** The rows that were not taken: line number, reason, and how the row begins, between tabs. */
export interface Report extends AsyncDisposable {
  readonly path: string
  /** On the disk when it resolves; answers how long the report is now. */
  append(rejected: readonly Rejected[]): Promise<number>
}

/**
 * Goes on after what the position speaks of: lines that a killed import wrote beyond it are cut off, since
 * their rows come again.
 */
export async function openReport(file: string, bytes: number): Promise<Report> {
  await mkdir(path.dirname(file), { recursive: true })
  const handle = await open(file, bytes === 0 ? 'w' : 'a')
  const { size } = await handle.stat()
  if (size > bytes) await handle.truncate(bytes)
  // A report that somebody removed begins again: what it said is lost, what comes is not.
  let length = Math.min(size, bytes)
  return {
    path: file,
    async append(rejected) {
      if (rejected.length === 0) return length
      const text = Buffer.from(rejected.map(lineOf).join(''))
      await handle.appendFile(text)
      await handle.sync()
      length += text.length
      return length
    },
    [Symbol.asyncDispose]: () => handle.close(),
  }
}

const lineOf = ({ line, reason, text }: Rejected): string =>
  `${line}\t${printable(reason)}\t${printable(text.slice(0, EXCERPT_CHARACTERS_MAX))}\n`

/** One row, one line, whatever it holds. */
const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '\u00b7')
