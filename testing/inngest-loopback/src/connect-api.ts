import type { ConnectGateway } from './connect-gateway.ts'
import { encode, messages } from './connect-messages.ts'
import { createUlid } from './event-ids.ts'
import type { HttpReply } from './http-messages.ts'
import type { Route } from './routes.ts'

/**
 * Creates the routes that return the gateway's URL to workers, and accept replies that workers could not send to the
 * gateway (pkg/connect/rest/v0/workerapi.go).
 */
export function createConnectApi({ gateway }: { readonly gateway: ConnectGateway }): Route[] {
  return [
    {
      method: 'POST',
      pattern: '/v0/connect/start',
      handle({ headers }) {
        return reply(
          encode(messages.StartResponse, {
            connectionId: createUlid(Date.now()),
            gatewayEndpoint: gateway.url,
            gatewayGroup: 'gw-dev',
            sessionToken: gateway.createToken(),
            syncToken: headers['authorization']?.slice('Bearer '.length) ?? '',
          }),
        )
      },
    },
    {
      method: 'POST',
      pattern: '/v0/connect/flush',
      handle: ({ body }) =>
        reply(encode(messages.FlushResponse, { requestId: gateway.takeReply(Buffer.from(body, 'latin1')) })),
    },
  ]
}

function reply(bytes: Uint8Array): HttpReply {
  const body = Buffer.from(bytes).toString('latin1')
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body }
}
