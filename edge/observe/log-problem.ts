import { AppError } from '../../shared/errors.ts'

/** A Worker's log is its console. Messages of libraries may quote tokens and commands: only ours are written. */
export function logProblem(error: unknown, requestId: string): void {
  const entry =
    error instanceof AppError
      ? { code: error.code, detail: error.message }
      : {
          code: 'INTERNAL',
          detail: error instanceof Error ? `${error.name}: ${stackOf(error)}` : '',
        }
  // oxlint-disable-next-line no-console
  console.error(JSON.stringify({ level: 'error', requestId, ...entry }))
}

/** Where it happened, without the message. */
const stackOf = (error: Error): string =>
  (error.stack ?? '').split('\n').slice(1, 6).join(' ').replaceAll(/\s+/g, ' ')
