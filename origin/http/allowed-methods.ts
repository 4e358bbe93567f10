import type { Hono } from 'hono'
import type { OriginEnv } from './context.ts'

/** Which methods a path has: without any it is not found, else another method is not allowed. */
export function allowedMethods(app: Hono<OriginEnv>): (path: string) => readonly string[] {
  let routes: readonly { readonly method: string; readonly pattern: RegExp }[] | undefined
  return (path) => {
    // Read at the first miss: the routes are added after this is called.
    routes ??= app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path: route }) => ({
        method,
        pattern: new RegExp(`^${route.replace(/:\w+(\{[^}]*\})?/g, '[^/]+')}$`),
      }))
    const methods = routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
    return [...new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)].toSorted()
  }
}
