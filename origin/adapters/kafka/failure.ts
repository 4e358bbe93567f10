import { AppError } from '../../../shared/errors.ts'
import { KAFKA_ANSWER_DEADLINE_MS } from '../../../shared/limits.ts'

/** What a broker answers to somebody who is no longer the owner he was. */
const OWNER_NO_MORE =
  /^(ILLEGAL_GENERATION|UNKNOWN_MEMBER_ID|REBALANCE_IN_PROGRESS|FENCED_INSTANCE_ID)$/

/** An outage, or a lost partition, as what it is; everything else as it was, since then we are wrong. */
export function failureOf(error: unknown, what: string): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error
  if (!error.name.startsWith('KafkaJS')) return error
  const code = typesOf(error).some((type) => OWNER_NO_MORE.test(type))
    ? 'LOG_PARTITION_LOST'
    : 'STORE_UNAVAILABLE'
  return new AppError(code, `kafka: ${what}: ${error.message}`, { cause: error })
}

/** Awaits an answer of a broker. kafkajs tries each step again by itself, and may do so for half a minute. */
export async function answered<T>(answer: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new AppError('STORE_UNAVAILABLE', `kafka: ${what}: no answer in time`)),
    KAFKA_ANSWER_DEADLINE_MS,
  )
  try {
    return await Promise.race([answer, late.promise])
  } catch (error) {
    throw failureOf(error, what)
  } finally {
    clearTimeout(timer)
  }
}

/** Retries wrap what a broker said into errors of their own. */
function typesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return []
  const own = 'type' in error && typeof error.type === 'string' ? [error.type] : []
  return [...own, ...typesOf(error.cause)]
}
