/**
 * Calls a script several times in one process, since most of what a call costs is to load what the script
 * imports. Prints what each call left: its exit code, and what it wrote.
 */
import path from 'node:path'
import { pathToFileURL } from 'node:url'

export interface Left {
  readonly code: number | string | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Where a call ends: nothing behind it is run. */
class Exit extends Error {
  readonly code: number | string | undefined
  constructor(code: number | string | undefined) {
    super('exit')
    this.code = code
  }
}

const [file = '', ...calls] = process.argv.slice(2)
const write = process.stdout.write.bind(process.stdout)
const left: Left[] = []
for (const [nth, args] of calls.entries()) left.push(await call(nth, args.split(' ')))
write(JSON.stringify(left))

async function call(nth: number, args: readonly string[]): Promise<Left> {
  const written = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (words: unknown) => {
      written[name] += String(words)
      return true
    }
  }
  process.argv = [process.execPath, path.resolve(file), ...args]
  process.exit = (code) => {
    throw new Exit(code ?? process.exitCode ?? undefined)
  }
  try {
    // Under a name of its own it is run again; what it imports is there already.
    await import(`${pathToFileURL(file).href}?${nth}`)
    return { code: 'it went on', ...written }
  } catch (error) {
    if (error instanceof Exit) return { code: error.code, ...written }
    return { code: String(error), ...written }
  }
}
