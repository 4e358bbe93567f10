import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'

export type Format = 'tsv' | 'csv' | 'jsonl'

/** A file that was read once from end to end, so that nothing is written before it is known to be whole. */
export interface Source {
  readonly path: string
  readonly format: Format
  /** SHA-256 of its bytes, as they lie on the disk. */
  readonly hash: string
  readonly lines: number
  bytes(): AsyncIterable<Buffer>
}

/** Throws in words where the file is missing, cut short, or of no format that we know. */
export async function inspect(path: string): Promise<Source> {
  const format = formatOf(path)
  const isGzip = await startsAsGzip(path)
  const hash = createHash('sha256')
  const bytes = () => decoded(path, isGzip)
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)

  let lines = 0
  let last: number | undefined
  try {
    for await (const chunk of bytes()) {
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1
      last = chunk.at(-1) ?? last
    }
  } catch (error) {
    throw new Error(
      `${path} ends or breaks off after line ${lines} (${(error as Error).message}): nothing of it was imported.`,
      { cause: error },
    )
  }
  if (last !== undefined && last !== 10) lines += 1
  return { path, format, hash: hash.digest('hex'), lines, bytes }
}

function formatOf(path: string): Format {
  const [, extension] = /\.(tsv|csv|jsonl|ndjson)(?:\.gz)?$/.exec(path.toLowerCase()) ?? []
  if (extension === undefined) {
    throw new Error(`${path}: its name must end in .tsv, .csv or .jsonl, with or without .gz.`)
  }
  return extension === 'ndjson' ? 'jsonl' : (extension as Format)
}

/** By its first bytes: a name may lie. */
async function startsAsGzip(path: string): Promise<boolean> {
  await using file = await open(path)
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
  return buffer[0] === 0x1f && buffer[1] === 0x8b
}

async function* decoded(path: string, isGzip: boolean): AsyncGenerator<Buffer> {
  const file = createReadStream(path)
  if (!isGzip) {
    yield* file as AsyncIterable<Buffer>
    return
  }
  const gunzip = createGunzip()
  // A pipe does not pass errors on; the reader of the far end must hear of them.
  file.once('error', (error) => gunzip.destroy(error))
  try {
    yield* file.pipe(gunzip) as AsyncIterable<Buffer>
  } finally {
    file.destroy()
  }
}
