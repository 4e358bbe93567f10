import { AppError } from '../../../shared/errors.ts'

/**
 * The nodes of a cluster that are asked first, or `undefined` for a URL that names one Redis:
 * `redis://a:6379,redis://b:6379`, where later ones may leave scheme and login to the first, or
 * `redis+cluster://a:6379` where one name stands for the whole.
 */
export function clusterSeeds(url: string): readonly string[] | undefined {
  const isMarked = /^rediss?\+cluster:/.test(url)
  const [first = '', ...others] = url.replace('+cluster:', ':').split(',')
  if (!isMarked && others.length === 0) return undefined
  try {
    const login = new URL(first)
    return [login.href, ...others.map((other) => nodeUrl(other, login))]
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', 'REDIS_URL: a seed is not a URL', { cause })
  }
}

function nodeUrl(seed: string, login: URL): string {
  if (seed.includes('://')) return new URL(seed).href
  return urlLike(login.href, new URL(`redis://${seed}`).host)
}

/** The URL of another node, which takes the same scheme and login. */
export function urlLike(url: string, host: string): string {
  const { protocol, username, password } = new URL(url)
  const login = password === '' && username === '' ? '' : `${username}:${password}@`
  return `${protocol}//${login}${host}`
}
