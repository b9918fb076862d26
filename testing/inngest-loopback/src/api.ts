import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { AppStore } from './app-store.ts'
import type { AppRegistrar } from './app-registrar.ts'
import { createCheckpointApi } from './checkpoint-api.ts'
import { createConnectApi } from './connect-api.ts'
import type { ConnectGateway } from './connect-gateway.ts'
import { createEventApi } from './event-api.ts'
import type { EventIntake } from './event-intake.ts'
import type { EventStore } from './event-store.ts'
import { type HttpReply, type HttpRequest, jsonReply } from './http-messages.ts'
import type { OpHandlers } from './op-handlers.ts'
import type { Queue } from './queue.ts'
import { createRealtimeApi, type PublishedMessage } from './realtime-api.ts'
import { createRegistration } from './registration.ts'
import { createRestV1 } from './rest-v1.ts'
import { createRestV2Apps } from './rest-v2-apps.ts'
import { createRestV2Runs } from './rest-v2-runs.ts'
import { matchRoute, type Route } from './routes.ts'
import type { RunLifecycle } from './run-lifecycle.ts'
import type { RunStore } from './run-store.ts'
import type { Signals } from './signals.ts'
import type { Signing } from './signing.ts'
import { v2Error } from './v2-replies.ts'

/** The services that the endpoints need. */
export interface ApiDependencies {
  readonly clock: Clock
  readonly apps: AppStore
  readonly events: EventStore
  readonly eventKey: string | undefined
  readonly gateway: ConnectGateway
  readonly intake: EventIntake
  readonly lifecycle: RunLifecycle
  readonly maxEventBytes: number
  readonly ops: OpHandlers
  readonly published: PublishedMessage[]
  readonly queue: Queue
  readonly register: AppRegistrar
  readonly runs: RunStore
  readonly signals: Signals
  readonly signing: Signing
}

/** Creates a function that handles requests to all endpoints of the engine. */
export function createApi(parts: ApiDependencies): (request: HttpRequest) => Promise<HttpReply> {
  const { signing } = parts
  const serverKind = signing.enabled ? 'cloud' : 'dev'
  const open: Route[] = [
    { method: 'GET', pattern: '/health', handle: () => jsonReply(200, { status: 200, message: 'OK' }) },
    ...createEventApi(parts),
  ]
  const guarded = [
    ...createRegistration({ ...parts, serverKind }),
    ...createConnectApi(parts),
    ...createCheckpointApi(parts),
    ...createRealtimeApi(parts),
    ...createRestV1(parts),
    ...createRestV2Apps(parts),
    ...createRestV2Runs(parts),
  ]

  const answer = async ({ method, path, headers, body }: HttpRequest): Promise<HttpReply> => {
    const { pathname, searchParams: query } = new URL(path, 'http://loopback')
    const plain = pathname.replace(/^\/api(?=\/v2(\/|$))/, '')
    const isOpen = matchRoute(open, method, plain)
    if (!isOpen && signing.enabled && !signing.authorizes(headers['authorization'])) {
      return { status: 401, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'Authentication failed\n' }
    }
    const match = isOpen ?? matchRoute(guarded, method, plain)
    if (match) return match.route.handle({ method, url: path, params: match.params, query, headers, body })
    const other = [...open, ...guarded].some((route) => matchRoute([route], route.method, plain))
    if (other && !plain.startsWith('/v2/')) return { status: 405 }
    if (plain.startsWith('/v2/')) return v2Error(404, 'api_error', 'Not Found')
    return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' }
  }
  return async (request) => {
    const reply = await answer(request)
    return { ...reply, headers: { 'x-inngest-server-kind': serverKind, ...reply.headers } }
  }
}
