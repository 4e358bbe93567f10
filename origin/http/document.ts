import type { OpenAPIHono } from '@hono/zod-openapi'
import type { OriginEnv } from './context.ts'

/** The description that is served: generated from the schemas that requests are checked with. */
export function apiDocument(
  app: OpenAPIHono<OriginEnv>,
  about: { title: string; summary: string },
) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  })
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: about.title, version: '1', description: about.summary },
  })
}

export type ApiDocument = ReturnType<typeof apiDocument>
