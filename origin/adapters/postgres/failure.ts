import { AppError } from '../../../shared/errors.ts'

/** What Postgres answers when it, and not the statement, is at fault. */
const OUT_OF_SERVICE = [
  /^08/, // connection
  /^53/, // out of connections, memory, disk
  /^57/, // shutting down, starting, statement timeout
  /^25006$/, // read-only: this was the primary until now
  /^25P03$/, // idle in transaction for too long
  /^55P03$/, // a lock not had in time
]

const NETWORK = /^E(CONN|PIPE|HOST|NET|TIMEDOUT|AI_AGAIN|NOTFOUND|PROTO)/
const DRIVER =
  /timeout exceeded|Connection terminated|timeout expired|Query read timeout|not queryable/i

/** Of two writers that wait for each other one is told to begin again. */
export const isConflict = (error: unknown): boolean => /^40(001|P01)$/.test(codeOf(error))

export const isUniqueViolation = (error: unknown, index: string): boolean =>
  codeOf(error) === '23505' && error instanceof Error && error.message.includes(`"${index}"`)

/** The time of a row lies beyond the partitions that were made: the leader was away for hours. */
export const isMissingPartition = (error: unknown): boolean =>
  codeOf(error) === '23514' && error instanceof Error && error.message.startsWith('no partition')

/** An outage as STORE_UNAVAILABLE; everything else as it was, since then we are wrong. */
function failureOf(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error
  const code = codeOf(error)
  const isOutage =
    OUT_OF_SERVICE.some((pattern) => pattern.test(code)) ||
    NETWORK.test(code) ||
    (code === '' && DRIVER.test(error.message)) ||
    isConflict(error)
  return isOutage
    ? new AppError('STORE_UNAVAILABLE', `postgres: ${code} ${error.message}`, { cause: error })
    : error
}

/** Awaits an answer of Postgres. */
export async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw failureOf(error)
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
