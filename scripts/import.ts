/** `npm run import`: people, follows and posts from files. `scripts/import/README.md` says how. */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { importProgress } from './import/progress.ts'
import { runImport, type FileWords } from './import/run-import.ts'
import { databaseUrlOf } from './local/run-context.ts'
import { homeFolder, readRunFile } from './local/run-file.ts'

const USAGE = `usage: npm run import -- [--users FILE] [--follows FILE] [--posts FILE]
  [--users-columns C] [--follows-columns C] [--posts-columns C] [--texts FILE] [--texts-columns C]
  [--create-users] [--again] [--report FOLDER]
Files are TSV, CSV or JSONL, plain or gz. C is a,b,- by place or ours=theirs,… by name.`

const file = { type: 'string', multiple: true } as const
const text = { type: 'string' } as const
const OPTIONS = {
  users: file,
  follows: file,
  posts: file,
  likes: file,
  'users-columns': text,
  'follows-columns': text,
  'posts-columns': text,
  texts: text,
  'texts-columns': text,
  'create-users': { type: 'boolean', default: false },
  again: { type: 'boolean', default: false },
  report: text,
} as const

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: OPTIONS })
  if (values.likes !== undefined) {
    throw new Error('There are no likes yet: nothing was imported. Leave --likes out for now.')
  }
  const words = (paths: readonly string[] | undefined, columns: string | undefined) =>
    (paths ?? []).map((each): FileWords => ({ path: each, columns }))
  const users = words(values.users, values['users-columns'])
  const follows = words(values.follows, values['follows-columns'])
  const posts = words(values.posts, values['posts-columns'])
  if (users.length + follows.length + posts.length === 0) throw new Error(USAGE)

  const home = homeFolder(process.env)
  const { stdout } = process
  const results = await runImport(
    {
      databaseUrl: databaseUrlOf(process.env),
      redisUrl: process.env['REDIS_URL'] || readRunFile(home)?.urls.redis,
      reportFolder: values.report ?? path.join(home, 'imports'),
      users,
      follows,
      posts,
      texts: words(values.texts === undefined ? [] : [values.texts], values['texts-columns'])[0],
      createUsers: values['create-users'],
      again: values.again,
    },
    importProgress({ isLive: stdout.isTTY, write: (words) => void stdout.write(words) }, () =>
      performance.now(),
    ),
  )
  const rejected = results.reduce((sum, result) => sum + result.rejected, 0)
  if (rejected > 0) console.log(`${rejected} rows were rejected; all others are there.`)
}
