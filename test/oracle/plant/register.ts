import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import path from 'node:path'
import { replaced, REPLACEMENTS_VARIABLE, type Replacement } from './replacement.ts'

const ROOT = path.resolve(import.meta.dirname, '..', '..', '..')
const replacements = JSON.parse(process.env[REPLACEMENTS_VARIABLE] ?? '[]') as Replacement[]
const byUrl = Map.groupBy(replacements, ({ file }) => pathToFileURL(path.join(ROOT, file)).href)
const unused = new Set(byUrl.keys())

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const here = byUrl.get(url)
    if (here === undefined) return loaded
    unused.delete(url)
    const { source } = loaded
    if (source === null || source === undefined) throw new Error(`${url} was loaded without a text`)
    const text = typeof source === 'string' ? source : new TextDecoder().decode(source)
    return { ...loaded, source: here.reduce(replaced, text) }
  },
})

/** Called when everything was loaded: a file that nobody loads cannot have a bug in these runs. */
export function assertAllPlanted(): void {
  if (unused.size > 0) throw new Error(`nobody loads ${[...unused].join(', ')}`)
}
