import { PLAIN, type Answer } from '../answer.ts'

const METHODS = 'GET,HEAD,PUT,POST,DELETE,PATCH'
const KEPT_SECONDS = 86_400

/** What a browser asks before it sends a foreign page's request. The headers that it names are all allowed. */
export function preflight(request: Request): Answer {
  const asked = request.headers.get('access-control-request-headers')
  return {
    status: 204,
    like: PLAIN,
    headers: {
      'access-control-allow-methods': METHODS,
      'access-control-max-age': String(KEPT_SECONDS),
      ...(asked === null
        ? {}
        : {
            'access-control-allow-headers': asked.split(/\s*,\s*/).join(),
            vary: 'Access-Control-Request-Headers',
          }),
    },
    body: null,
  }
}
