import { devToken } from '../../scripts/local/dev-token.ts'

/** What the processes of a run of faults are told, and what their people have. */
export const JWT = {
  secret: 'a-secret-of-32-bytes-for-tests-only',
  issuer: 'headwater',
  audience: 'headwater',
}

export interface Person {
  readonly id: string
  readonly bearer: string
}

/** New people, made through the admin API. */
export async function provision(adminUrl: string, count: number): Promise<readonly Person[]> {
  const users = Array.from({ length: count }, () => {
    const handle = `u${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`
    return { handle, name: handle }
  })
  const operator = await devToken({ ...JWT, subject: '1', scope: 'operator' })
  const response = await fetch(`${adminUrl}/admin/v1/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json' },
    body: JSON.stringify(users),
  })
  if (!response.ok) throw new Error(`provisioning: ${await response.text()}`)
  const { users: made } = (await response.json()) as { users: { id: string }[] }
  return Promise.all(
    made.map(async ({ id }) => ({ id, bearer: await devToken({ ...JWT, subject: id }) })),
  )
}
