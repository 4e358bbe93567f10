import type { FileResult } from './run-import.ts'
import type { Source } from './source.ts'

export interface ImportProgress {
  say(words: string): void
  at(source: Source, line: number): void
  counted(users: number): void
  done(result: FileResult): void
}

/** Between lines that nobody watches live. */
const QUIET_MS = 5_000
const LIVE_MS = 200

export interface Terminal {
  readonly isLive: boolean
  write(text: string): void
}

/** One line that rewrites itself in a terminal, a line now and then elsewhere. */
export function importProgress(terminal: Terminal, now: () => number): ImportProgress {
  let saidAt = Number.NEGATIVE_INFINITY
  let file: { readonly source: Source; readonly line: number; readonly atMs: number } | undefined

  const line = (words: string) =>
    terminal.write(terminal.isLive ? `\r\u001b[K${words}\n` : `${words}\n`)
  const live = (words: string) => {
    if (now() - saidAt < (terminal.isLive ? LIVE_MS : QUIET_MS)) return
    saidAt = now()
    terminal.write(terminal.isLive ? `\r\u001b[K  ${words}` : `  ${words}\n`)
  }

  return {
    say: line,
    at(source, reached) {
      if (file?.source !== source) file = { source, line: reached, atMs: now() }
      const seconds = (now() - file.atMs) / 1000
      const perSecond = seconds === 0 ? 0 : (reached - file.line) / seconds
      const share = Math.floor((100 * reached) / Math.max(1, source.lines))
      const rate = perSecond > 0 ? `, ${Math.round(perSecond).toLocaleString('en')} lines/s` : ''
      const left = perSecond > 0 ? `, ${estimate((source.lines - reached) / perSecond)} left` : ''
      live(
        `${source.path}  ${share} %  line ${reached.toLocaleString('en')} of ${source.lines.toLocaleString('en')}${rate}${left}`,
      )
    },
    counted: (users) => live(`${users.toLocaleString('en')} users counted again`),
    done({ path, kind, taken, repeated, rejected, wasFinished, reportPath }) {
      const again = wasFinished ? ' (was imported before; --again reads it once more)' : ''
      const report = rejected > 0 ? `: see ${reportPath}` : ''
      line(
        `${path}: ${taken} ${kind} taken, ${repeated} there already, ${rejected} rejected${report}${again}`,
      )
    },
  }
}

const estimate = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`
