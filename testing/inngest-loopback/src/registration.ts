import type { AppRegistrar, RegisterBody } from './app-registrar.ts'
import { deterministicUuid } from './deterministic-uuid.ts'
import { type HttpReply, jsonReply } from './http-messages.ts'
import type { Route, RouteRequest } from './routes.ts'

/** Creates `POST /fn/register`, which the SDK calls during a sync (pkg/devserver/api.go). */
export function createRegistration(options: {
  readonly register: AppRegistrar
  readonly serverKind: 'dev' | 'cloud'
}): Route[] {
  const { register, serverKind } = options

  const handle = ({ headers, body }: RouteRequest): HttpReply => {
    const expected = headers['x-inngest-expected-server-kind']
    if (expected && expected !== serverKind) {
      return jsonReply(400, { error: `Expected server kind ${expected}, got ${serverKind}` })
    }
    const { featureObservations: _, ...app } = JSON.parse(body) as RegisterBody & { featureObservations?: unknown }
    if (!app.appName) return jsonReply(400, { error: 'App ID required', data: null, status: 400 })
    const outcome = register(app)
    if (outcome === 'invalid') {
      return jsonReply(400, { error: 'At least one function is invalid', data: null, status: 400 })
    }
    const modified = outcome === 'modified' && { modified: true }
    return jsonReply(200, {
      ok: true,
      ...modified,
      app_id: deterministicUuid(app.appName),
      sync_id: crypto.randomUUID(),
    })
  }
  return [{ method: 'POST', pattern: '/fn/register', handle }]
}
