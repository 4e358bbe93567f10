import { edgeApp } from './app.ts'
import { compose, type Bindings } from './compose.ts'
import { problemAnswer } from './middleware/problems.ts'
import { responseOf } from './middleware/response-headers.ts'
import { logProblem } from './observe/log-problem.ts'

/** One an isolate: its caches live as long as it does. */
let app: ReturnType<typeof edgeApp> | undefined

export default {
  fetch(request, env, ctx) {
    try {
      app ??= edgeApp(compose(env))
    } catch (error) {
      // A wrong configuration must not look like somebody's page to a cache.
      const requestId = crypto.randomUUID()
      logProblem(error, requestId)
      return responseOf(problemAnswer(error, requestId), {
        requestId,
        isPersonal: false,
        rateLimit: undefined,
      })
    }
    return app.fetch(request, env, ctx)
  },
} satisfies ExportedHandler<Bindings>
