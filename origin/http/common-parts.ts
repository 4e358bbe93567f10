import { ERRORS, type ErrorCode } from '../../shared/errors.ts'
import { HEADERS } from '../../shared/headers.ts'
import { IDEMPOTENCY_KEY_CHARACTERS_MAX } from '../../shared/limits.ts'
import { problems } from './describe.ts'
import type { ApiDocument } from './document.ts'

type PathItem = NonNullable<ApiDocument['paths']>[string]
type Operation = NonNullable<PathItem['get']>
type Parameter = NonNullable<Operation['parameters']>[number]

const METHODS = ['get', 'post', 'put', 'delete'] as const

const TOKEN: Parameter = {
  name: HEADERS.token,
  in: 'header',
  required: false,
  description: 'Of an earlier answer: this one then has everything that that one had or wrote.',
  schema: { type: 'string', pattern: '^\\d{1,15}\\.\\d{1,15}$' },
}
const KEY: Parameter = {
  name: HEADERS.idempotencyKey,
  in: 'header',
  required: false,
  description:
    'Sent again within a day, the same request gets the same answer and changes nothing.',
  schema: { type: 'string', minLength: 1, maxLength: IDEMPOTENCY_KEY_CHARACTERS_MAX },
}

/**
 * What routes have in common is said here, once: tokens of either kind, idempotency keys, and the problems
 * that come of signing in, of limits and of bodies. Routes describe what is their own.
 */
export function withCommonParts(document: ApiDocument): ApiDocument {
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => {
    const described = METHODS.flatMap((method) => {
      const operation = item[method]
      return operation === undefined ? [] : [[method, withCommon(path, method, operation)] as const]
    })
    return [path, { ...item, ...Object.fromEntries(described) }] as const
  })
  return { ...document, paths: Object.fromEntries(paths) }
}

function withCommon(path: string, method: string, operation: Operation): Operation {
  const { security = [], parameters = [], requestBody, responses = {} } = operation
  const isAdmin = path.startsWith('/admin/')
  const isRead = !isAdmin && method === 'get'
  const takesKey = JSON.stringify(responses).includes('IDEMPOTENCY_KEY_REUSED')
  const codes: readonly ErrorCode[] = [
    ...(security.every((one) => 'bearer' in one) ? (['AUTH_REQUIRED'] as const) : []),
    ...(security.length > 0 ? (['AUTH_TOKEN_INVALID', 'AUTH_TOKEN_EXPIRED'] as const) : []),
    ...(requestBody === undefined && parameters.length === 0 && !takesKey
      ? []
      : (['REQUEST_INVALID'] as const)),
    ...(requestBody === undefined
      ? []
      : (['BODY_MALFORMED', 'BODY_TOO_LARGE', 'CONTENT_TYPE_UNSUPPORTED'] as const)),
    ...(isAdmin
      ? (['AUTH_FORBIDDEN'] as const)
      : (['CONSISTENCY_TOKEN_INVALID', 'RATE_LIMITED'] as const)),
    'STORE_UNAVAILABLE',
  ]
  return {
    ...operation,
    parameters: [...parameters, ...(isRead ? [TOKEN] : []), ...(takesKey ? [KEY] : [])],
    responses: withProblems(responses, codes),
  }
}

/** A description lists the codes of its status; none of them twice. */
function withProblems(
  responses: Operation['responses'],
  codes: readonly ErrorCode[],
): NonNullable<Operation['responses']> {
  const described = { ...responses }
  for (const [status, more] of Object.entries(problems(...codes))) {
    const ours = codes.filter((code) => String(ERRORS[code].status) === status)
    const known = (described[status] as { readonly description: string } | undefined)?.description
    const all = [...new Set([...(known?.split(', ') ?? []), ...ours])]
    described[status] = { ...(described[status] ?? more), description: all.join(', ') }
  }
  return described
}
