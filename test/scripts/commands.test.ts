import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { decodeJwt } from 'jose'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tokenVerifier } from '../../shared/auth/verify.ts'
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts'

const SCRIPTS = path.resolve(import.meta.dirname, '..', '..', 'scripts')
const SECRET = 'a secret of more than thirty-two characters'
const execute = promisify(execFile)

let database: FreshDatabase
let client: pg.Client
let id: string
beforeAll(async () => {
  database = await freshDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { rows } = await client.query<{ id: string }>(
    `insert into users (handle, name, external_id) values ('Nina', 'Nina', 'product-1') returning id`,
  )
  id = rows[0]?.id ?? ''
})
afterAll(async () => {
  await client.end()
  await database[Symbol.asyncDispose]()
})

async function run(script: string, ...args: string[]) {
  const env = { ...process.env, DATABASE_URL: database.url, JWT_SECRET: SECRET }
  try {
    const { stdout, stderr } = await execute(
      process.execPath,
      [path.join(SCRIPTS, `${script}.ts`), ...args],
      { env },
    )
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, stdout, stderr }
  }
}

describe('npm run token', () => {
  it('prints a token that holds, for a handle or an id, and nothing else', async () => {
    const verify = tokenVerifier({
      secret: SECRET,
      issuer: 'headwater',
      audience: 'headwater',
      now: Date.now,
    })
    for (const user of ['nina', '@Nina', id]) {
      const { stdout, code } = await run('token', '--user', user)
      expect(code).toBe(0)
      expect(stdout).toMatch(/^[\w.-]+\n$/)
      expect(await verify(stdout.trim())).toMatchObject({ subject: id, scopes: new Set() })
    }
    const { stdout } = await run('token', '--user', id, '--scope', 'operator')
    expect((await verify(stdout.trim())).scopes).toEqual(new Set(['operator']))
  })

  it('names the user as the product does, where tokens do', async () => {
    await client.query(`insert into settings (key, value) values ('auth.subject', '"externalId"')`)
    expect(decodeJwt((await run('token', '--user', 'nina')).stdout.trim()).sub).toBe('product-1')
    await client.query(`delete from settings where key = 'auth.subject'`)
  })

  it.each([
    [['--user', 'nobody'], 1, /no user nobody/],
    [['--user', '99999999999999999999'], 1, /no user/],
    [[], 2, /--user is missing.*usage/s],
    [['--user', 'nina', '--scope', 'root'], 2, /--scope takes operator.*usage/s],
  ])('says in words why %j gives none', async (args, exit, words) => {
    const { code, stdout, stderr } = await run('token', ...args)
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' })
    expect(stderr).toMatch(words)
  })
})

describe('npm run migrate', () => {
  it('may be repeated, and raises the epoch when told to', async () => {
    const epoch = async () =>
      (await client.query<{ value: number }>(`select value from settings where key = 'epoch'`))
        .rows[0]?.value
    expect((await run('migrate')).stdout).toBe('The schema is up to date.\n')
    expect(await epoch()).toBe(1)
    expect((await run('migrate', '--new-epoch')).stdout).toContain('Epoch 2')
    expect(await epoch()).toBe(2)
  })
})

describe('npm run seed', () => {
  it('leaves a database with users alone', async () => {
    expect((await run('seed')).stdout).toMatch(/users already/)
    expect((await client.query('select from users')).rowCount).toBe(1)
  })
})
