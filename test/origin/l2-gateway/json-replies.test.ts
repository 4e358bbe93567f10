import { describe, expect, it } from 'vitest'
import { execReplies } from '../../../origin/l2-gateway/exec-replies.ts'
import { jsonReplies, type JsonReplies } from '../../../origin/l2-gateway/json-replies.ts'
import { respParser, type ReplySink } from '../../../origin/l2-gateway/resp-parser.ts'

function feed(sink: ReplySink, resp: string | Buffer): void {
  respParser({ next: () => sink, ended: () => undefined })(Buffer.from(resp))
}

function written(resp: string | Buffer, options: Partial<Parameters<typeof jsonReplies>[0]> = {}) {
  const replies = jsonReplies({ base64: false, bytesMax: 10_000, ...options })
  feed(replies, resp)
  return replies
}

const parsed = (replies: JsonReplies): unknown => JSON.parse(`[${replies.text()}]`)

describe('replies as JSON', () => {
  it('wraps each reply and keeps nesting, nulls and empty arrays', () => {
    expect(
      parsed(written('*2\r\n$1\r\na\r\n*3\r\n$-1\r\n*0\r\n:7\r\n*-1\r\n+OK\r\n*0\r\n')),
    ).toEqual([
      { result: ['a', [null, [], 7]] },
      { result: null },
      { result: 'OK' },
      { result: [] },
    ])
  })

  it('keeps all 64 bits of an integer in the text', () => {
    expect(written(':-9223372036854775808\r\n').text()).toBe('{"result":-9223372036854775808}')
  })

  it('says an error beside results and stays in step', () => {
    const replies = written('-WRONGTYPE "no"\r\n:1\r\n')
    expect(parsed(replies)).toEqual([{ error: 'WRONGTYPE "no"' }, { result: 1 }])
    expect(replies.failed()).toBe(true)
  })

  it('encodes each string in base64, but neither OK nor errors', () => {
    const replies = written('+OK\r\n+PONG\r\n*1\r\n*1\r\n$2\r\n\u00e9\r\n-ERR no\r\n', {
      base64: true,
    })
    expect(parsed(replies)).toEqual([
      { result: 'OK' },
      { result: 'UE9ORw==' },
      { result: [['w6k=']] },
      { error: 'ERR no' },
    ])
  })

  it('carries any bytes in base64', () => {
    const bytes = Buffer.from([0, 255, 13, 10, 128])
    const resp = Buffer.concat([Buffer.from('$5\r\n'), bytes, Buffer.from('\r\n')])
    expect(parsed(written(resp, { base64: true }))).toEqual([{ result: bytes.toString('base64') }])
  })

  it.each([
    ['one large string', `$200\r\n${'x'.repeat(200)}\r\n`],
    ['many small values', `*50\r\n${'$-1\r\n'.repeat(50)}`],
    ['many empty arrays', '*0\r\n'.repeat(50)],
    ['many statuses', '+A\r\n'.repeat(50)],
  ])('gives up on %s beyond its bound', (_what, resp) => {
    const replies = written(resp, { bytesMax: 150 })
    expect(replies.overflowed()).toBe(true)
    expect(replies.text()).toBe('')
  })
})

describe('the replies of a transaction', () => {
  it('are the elements of the last one, each by itself', () => {
    const replies = jsonReplies({ base64: false, bytesMax: 10_000 })
    const exec = execReplies(replies, 3)
    feed(
      exec,
      '+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n*3\r\n*1\r\n*1\r\n:1\r\n-WRONGTYPE no\r\n+PONG\r\n',
    )
    expect(parsed(replies)).toEqual([
      { result: [[1]] },
      { error: 'WRONGTYPE no' },
      { result: 'PONG' },
    ])
    expect(exec.aborted()).toBeUndefined()
  })

  it('are none when Redis ran none', () => {
    const replies = jsonReplies({ base64: false, bytesMax: 10_000 })
    const exec = execReplies(replies, 1)
    feed(exec, '+OK\r\n-ERR wrong number of arguments\r\n-EXECABORT discarded\r\n')
    expect(exec.aborted()).toBe('EXECABORT discarded')
    expect(replies.text()).toBe('')
  })
})
