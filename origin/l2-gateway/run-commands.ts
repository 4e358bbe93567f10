import { asTransaction, execReplies } from './exec-replies.ts'
import { readPipeline, readSingle } from './commands.ts'
import { jsonReplies, type JsonReplies } from './json-replies.ts'
import type { RedisLink } from './redis-link.ts'
import { Refusal } from './refusal.ts'
import { encodeCommands } from './resp-request.ts'

/** What a command path answers, as status and JSON. */
export interface Answer {
  readonly status: number
  readonly body: string
}

export interface RunDeps {
  readonly redis: Pick<RedisLink, 'send'>
  readonly replyBytesMax: number
}

export type Run = (body: string, base64: boolean, deps: RunDeps) => Promise<Answer>

/** One command: an error is the answer's own. */
export const runSingle: Run = async (body, base64, { redis, replyBytesMax }) => {
  const commands = readSingle(body)
  const replies = jsonReplies({ base64, bytesMax: replyBytesMax })
  await redis.send(encodeCommands(commands), 1, replies)
  return { status: replies.failed() ? 400 : 200, body: textOf(replies, replyBytesMax) }
}

/** Commands in one write: each has its own result or error, in order. */
export const runPipeline: Run = async (body, base64, { redis, replyBytesMax }) => {
  const commands = readPipeline(body)
  if (commands.length === 0) return { status: 200, body: '[]' }
  const replies = jsonReplies({ base64, bytesMax: replyBytesMax })
  await redis.send(encodeCommands(commands), commands.length, replies)
  return { status: 200, body: `[${textOf(replies, replyBytesMax)}]` }
}

/** The same at one moment: MULTI to EXEC are one write too, so nobody's commands come between. */
export const runTransaction: Run = async (body, base64, { redis, replyBytesMax }) => {
  const commands = readPipeline(body)
  if (commands.length === 0) return { status: 200, body: '[]' }
  const replies = jsonReplies({ base64, bytesMax: replyBytesMax })
  const exec = execReplies(replies, commands.length)
  await redis.send(encodeCommands(asTransaction(commands)), commands.length + 2, exec)
  const aborted = exec.aborted()
  if (aborted !== undefined) throw new Refusal(400, aborted)
  return { status: 200, body: `[${textOf(replies, replyBytesMax)}]` }
}

function textOf(replies: JsonReplies, bytesMax: number): string {
  if (replies.overflowed())
    throw new Refusal(400, `ERR the answer is larger than ${bytesMax} bytes`)
  return replies.text()
}
