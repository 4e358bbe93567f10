import type { Command } from './commands.ts'
import type { JsonReplies } from './json-replies.ts'
import type { ReplySink } from './resp-parser.ts'

export interface ExecReplies extends ReplySink {
  /** Redis' reason for running none of the commands. */
  aborted(): string | undefined
}

export const asTransaction = (commands: readonly Command[]): readonly Command[] => [
  ['multi'],
  ...commands,
  ['exec'],
]

/** Of the replies to a transaction, passes on the elements of the last one, as if each had come by itself. */
export function execReplies(replies: JsonReplies, commands: number): ExecReplies {
  // MULTI and each command answer one line first: OK, QUEUED, or an error that EXEC will repeat.
  let lines = commands + 1
  let depth = 0
  let aborted: string | undefined

  return {
    ...replies,
    aborted: () => aborted,
    status(text) {
      if (lines > 0) lines -= 1
      else replies.status(text)
    },
    error(message) {
      if (lines > 0) lines -= 1
      else if (depth === 0) aborted = message
      else replies.error(message)
    },
    open(length) {
      if (depth > 0) replies.open(length)
      depth += 1
    },
    close() {
      depth -= 1
      if (depth > 0) replies.close()
    },
  }
}
