import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}

/** npm's own commands, which need no script of ours. */
const NPM_COMMANDS = new Set(['ci', 'install'])

function readmes(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) return []
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) return readmes(file)
    return entry.name === 'README.md' ? [path.relative(root, file)] : []
  })
}

/** Of Markdown and of HTML; those that lead out of the tree are not ours to keep. */
const linksIn = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)|href="([^"]+)"/g)]
    .map(([, markdown, html]) => markdown ?? html ?? '')
    .filter((link) => !/^[a-z]+:|^#/.test(link))
    .map((link) => link.replace(/#.*$/, ''))

const scriptsIn = (text: string): string[] =>
  [...text.matchAll(/\bnpm (?:run (?:--silent )?)?([a-z][\w:-]*)/g)].map(([, name = '']) => name)

describe.each(readmes(root))('%s', (readme) => {
  const text = readFileSync(path.join(root, readme), 'utf8')

  it('links to what is there', () => {
    const broken = linksIn(text).filter(
      (link) => !existsSync(path.join(root, path.dirname(readme), link)),
    )
    expect(broken).toEqual([])
  })

  it('names commands that exist', () => {
    const unknown = scriptsIn(text).filter(
      (name) => !(name in manifest.scripts) && !NPM_COMMANDS.has(name),
    )
    expect(unknown).toEqual([])
  })
})

describe('the front page', () => {
  const text = readFileSync(path.join(root, 'README.md'), 'utf8')

  it('links to the folders of both flows', () => {
    expect(linksIn(text).length).toBeGreaterThan(15)
  })

  it('names the two commands', () => {
    expect(scriptsIn(text)).toEqual(expect.arrayContaining(['start', 'test']))
  })

  it('names scripts that lead to a file', () => {
    for (const [name, command] of Object.entries(manifest.scripts)) {
      const [, entry = ''] = /bootstrap\.mjs ([\w-]+)/.exec(command) ?? []
      const isTool = existsSync(path.join(root, 'node_modules/.bin', entry))
      const isScript = existsSync(path.join(root, 'scripts', `${entry}.ts`))
      expect(isTool || isScript, name).toBe(true)
    }
  })
})
