import type { OpenAPIHono } from '@hono/zod-openapi'
import { withCommonParts } from './common-parts.ts'
import type { OriginEnv } from './context.ts'

export type ApiDocument = ReturnType<OpenAPIHono<OriginEnv>['getOpenAPI31Document']>

/** The description that is served: generated from the schemas that requests are checked with. */
export function apiDocument(
  app: OpenAPIHono<OriginEnv>,
  about: { title: string; summary: string },
): ApiDocument {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  })
  const described = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: about.title, version: '1', description: about.summary },
  })
  return withCommonParts(described)
}
