import { hash } from 'node:crypto'
import type { ApiDocument } from './document.ts'

/** The parts of a description that a reader looks for. */
interface Operation {
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly description: string
  readonly tag: string
  readonly operationId: string
  readonly needsToken: boolean
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly schema: unknown
  }[]
  readonly body: unknown
  readonly responses: readonly {
    readonly status: string
    readonly description: string
    readonly schema: unknown
  }[]
}

const METHODS = ['get', 'post', 'put', 'delete'] as const

/**
 * The reference as one page without scripts: it is drawn here, once, so that it needs no CDN, works
 * offline and can forbid everything else in its Content-Security-Policy.
 */
export function referencePage(document: ApiDocument): { html: string; policy: string } {
  const operations = operationsOf(document)
  const tags = [...Map.groupBy(operations, ({ tag }) => tag)]
  const contents = tags.map(
    ([tag, some]) =>
      `<li>${escape(tag)}<ul>${some
        .map((o) => `<li><a href="#${o.operationId}">${escape(o.summary)}</a></li>`)
        .join('')}</ul></li>`,
  )
  const sections = tags.map(
    ([tag, some]) =>
      `<section><h2>${escape(tag)}</h2>${some.map(operationHtml).join('')}</section>`,
  )
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<article id="schema-${escape(name)}"><h3>${escape(name)}</h3>${schemaHtml(schema)}</article>`,
  )
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(document.info.title)}</title><style>${STYLE}</style></head>
<body><header><h1>${escape(document.info.title)}</h1><p>${escape(document.info.description ?? '')}</p>
<p><a href="openapi.json">openapi.json</a> is what this page is drawn from.</p></header>
<nav aria-label="Contents"><ul>${contents.join('')}</ul></nav>
<main>${sections.join('')}<section><h2>Schemas</h2>${schemas.join('')}</section></main></body></html>`
  const style = hash('sha256', STYLE, 'base64')
  return { html, policy: `default-src 'none'; style-src 'sha256-${style}'; frame-ancestors 'none'` }
}

function operationsOf(document: ApiDocument): Operation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method): Operation[] => {
      const operation = item[method]
      if (operation === undefined) return []
      const { requestBody, parameters = [], responses = {} } = operation
      return [
        {
          method: method.toUpperCase(),
          path,
          summary: operation.summary ?? path,
          description: operation.description ?? '',
          tag: operation.tags?.[0] ?? 'Other',
          operationId: operation.operationId ?? `${method}${path}`,
          needsToken: operation.security?.every((one) => 'bearer' in one) ?? false,
          parameters: parameters.flatMap((one) =>
            'name' in one ? [one] : [],
          ) as Operation['parameters'],
          body: schemaOf(requestBody),
          responses: Object.entries(responses).map(([status, response]) => ({
            status,
            description: (response as { description?: string }).description ?? '',
            schema: Number(status) < 300 ? schemaOf(response) : undefined,
          })),
        },
      ]
    }),
  )
}

function schemaOf(holder: unknown): unknown {
  const content = (holder as { content?: Record<string, { schema?: unknown }> } | undefined)
    ?.content
  return content?.['application/json']?.schema
}

function operationHtml(operation: Operation): string {
  const rows = operation.responses.map(
    ({ status, description, schema }) =>
      `<tr><th scope="row">${escape(status)}</th><td>${escape(description)}${
        schema === undefined ? '' : schemaHtml(schema)
      }</td></tr>`,
  )
  const parameters = operation.parameters.map(
    ({ name, in: where, schema }) =>
      `<tr><th scope="row"><code>${escape(name)}</code></th><td>${escape(where)} ${schemaHtml(schema)}</td></tr>`,
  )
  return `<article id="${escape(operation.operationId)}"><h3>${escape(operation.summary)}</h3>
<p><code class="${operation.method.toLowerCase()}">${operation.method}</code> <code>${escape(operation.path)}</code>
${operation.needsToken ? '<small>needs a bearer token</small>' : ''}</p>
${operation.description === '' ? '' : `<p>${escape(operation.description)}</p>`}
${parameters.length === 0 ? '' : `<h4>Parameters</h4><table>${parameters.join('')}</table>`}
${operation.body === undefined ? '' : `<h4>Body</h4>${schemaHtml(operation.body)}`}
<h4>Answers</h4><table>${rows.join('')}</table></article>`
}

function schemaHtml(schema: unknown): string {
  const reference = (schema as { $ref?: string } | undefined)?.$ref?.split('/').at(-1)
  if (reference !== undefined) {
    return ` <a href="#schema-${escape(reference)}">${escape(reference)}</a>`
  }
  return `<pre>${escape(JSON.stringify(schema, undefined, 2) ?? '')}</pre>`
}

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0 auto;max-width:72rem;padding:1rem 1.5rem;display:grid;gap:0 2.5rem;grid-template-columns:minmax(0,1fr)}
@media(min-width:60rem){body{grid-template-columns:17rem minmax(0,1fr)}header{grid-column:1/-1}
nav{position:sticky;top:1rem;align-self:start;max-height:95vh;overflow:auto}}
nav ul{list-style:none;padding-left:.75rem;margin:.25rem 0}nav>ul{padding:0}nav a{text-decoration:none}
h2{border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent)}h3{margin:2rem 0 .25rem}h4{margin:1rem 0 .25rem}
article{scroll-margin-top:1rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;border-top:1px solid color-mix(in srgb,currentColor 12%,transparent)}
th{white-space:nowrap;font-weight:600}pre{overflow:auto;padding:.6rem;margin:.25rem 0;border-radius:.4rem;
font-size:.8rem;background:color-mix(in srgb,currentColor 7%,transparent);max-height:22rem}
code.get,code.post,code.put,code.delete{padding:.1rem .4rem;border-radius:.3rem;color:#fff;background:#2c6e49}
code.post{background:#1f5fa8}code.put{background:#8a5a00}code.delete{background:#a32f2f}`
