import { Redis, type Pipeline as SdkPipeline } from '@upstash/redis/cloudflare'
import type { Command, Reply } from '../../shared/feed/wave.ts'
import type { Pipeline } from './pipeline.ts'

/** A region behind the Upstash protocol: Upstash itself, or our read-only gateway over any Redis. */
export function upstashPipeline(options: {
  readonly url: string
  readonly token: string
  readonly deadlineMs: number
}): Pipeline {
  const redis = new Redis({
    url: options.url,
    token: options.token,
    // Replica reads would wait for the primary; consistency tokens do that job, and only where it matters.
    readYourWrites: false,
    enableTelemetry: false,
    // It reorders reads and leaves out the commands that we need.
    enableAutoPipelining: false,
    // What we store is valid UTF-8, and parsed by those who know what it is.
    automaticDeserialization: false,
    responseEncoding: false,
    // The next region takes over; five tries would take four seconds.
    retry: { retries: 0 },
    // As a function: a signal that is an object makes an aborted pipeline look answered.
    signal: () => AbortSignal.timeout(options.deadlineMs),
  })

  return async (commands) => {
    const pipeline = redis.pipeline()
    for (const command of commands) append(pipeline, command)
    const replies: unknown = await pipeline.exec({ keepErrors: true })
    if (!Array.isArray(replies) || replies.length !== commands.length) {
      throw new TypeError('the region answered another number of commands')
    }
    return replies.map(replyOf)
  }
}

/** The SDK has a method for each command and none for all. */
function append(pipeline: SdkPipeline, [name, key, ...args]: Command): void {
  const [first = '', second = '', third = ''] = args
  switch (name) {
    case 'GET':
      pipeline.get(key)
      return
    case 'MGET':
      pipeline.mget(key, ...args)
      return
    case 'HGET':
      pipeline.hget(key, first)
      return
    case 'PTTL':
      pipeline.pttl(key)
      return
    case 'HMGET':
      pipeline.hmget(key, ...args)
      return
    case 'LRANGE':
      pipeline.lrange(key, Number(first), Number(second))
      return
    case 'XRANGE':
      // `third` is the word COUNT, which the SDK adds by itself.
      pipeline.xrange(key, first, second, third === 'COUNT' ? Number(args[3]) : undefined)
      return
    default:
      throw new TypeError(`no wave sends ${name}`)
  }
}

function replyOf(answer: unknown): Reply {
  const { result, error } = answer as { result?: Reply; error?: string }
  return error === undefined ? (result ?? null) : new Error(error)
}
