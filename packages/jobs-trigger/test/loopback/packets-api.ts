import { CreateUploadPayloadUrlResponseBody } from '@trigger.dev/core/v3'
import { z } from 'zod'

import { endpoint, type Route } from './endpoint.ts'
import type { Engine } from './engine.ts'
import { jsonReply } from './http-messages.ts'
import type { PacketStore } from './packet-store.ts'

const anyText = { safeParse: (value: unknown) => z.string().safeParse(value) }
const missing = 'Failed to generate presigned URL: Object store is not configured for protocol: default'

/** How clients put large payloads into the store; without one, the server says 500. */
export function createPacketsApi(engine: Engine, packets: PacketStore): Route[] {
  const presign = (path: string): { presignedUrl: string; storagePath: string } => ({
    presignedUrl: `${engine.url()}/loopback-store/${encodeURIComponent(path)}`,
    storagePath: path,
  })
  const signed = ([method, pattern]: readonly [string, string]): Route =>
    endpoint({
      method,
      pattern,
      auth: 'secret',
      answer: CreateUploadPayloadUrlResponseBody,
      handle: ({ params }) =>
        packets.isThere ? { value: presign(params['path']!) } : jsonReply(500, { error: missing }),
    })
  return [
    ...(
      [
        ['PUT', '/api/v2/packets/{path*}'],
        ['GET', '/api/v1/packets/{path*}'],
      ] as const
    ).map(signed),
    // Newer clients ask here first, and take the 404 of an older server for what it is.
    endpoint({
      method: 'GET',
      pattern: '/api/v1/runs/{run}/packets/{field}',
      auth: 'secret',
      handle: () => jsonReply(404, { error: 'Not Found' }),
    }),
    endpoint({
      method: 'PUT',
      pattern: '/loopback-store/{path*}',
      auth: 'none',
      text: true,
      body: anyText,
      handle({ params, body }) {
        packets.put(params['path']!, body)
        return { status: 200, body: '' }
      },
    }),
    endpoint({
      method: 'GET',
      pattern: '/loopback-store/{path*}',
      auth: 'none',
      handle({ params }) {
        const body = packets.get(params['path']!)
        return body === undefined ? { status: 404 } : { status: 200, body }
      },
    }),
  ]
}
