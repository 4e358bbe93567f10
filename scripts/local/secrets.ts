import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const Secrets = z.object({
  postgresPassword: z.string(),
  redisPassword: z.string(),
  l2Token: z.string(),
  jwtSecret: z.string(),
})
export type Secrets = z.infer<typeof Secrets>

/** Made once for each home and kept: a token or a database of yesterday still opens today. */
export function localSecrets(home: string): Secrets {
  const file = path.join(home, 'secrets.json')
  if (existsSync(file)) return Secrets.parse(JSON.parse(readFileSync(file, 'utf8')))
  const secrets: Secrets = {
    postgresPassword: random(),
    redisPassword: random(),
    l2Token: random(),
    jwtSecret: random(),
  }
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  return secrets
}

const random = (): string => randomBytes(32).toString('base64url')
