import { rejectKey } from './authorize.ts'
import { createBatches } from './batches.ts'
import { createBatchesApi } from './batches-api.ts'
import { createDevApi } from './dev-api.ts'
import type { Engine } from './engine.ts'
import { createEnvironmentApi } from './environment-api.ts'
import { type HttpReply, type HttpRequest, jsonReply } from './http-messages.ts'
import { createKeysApi } from './keys-api.ts'
import { createPacketsApi } from './packets-api.ts'
import { matchRoute } from './routes.ts'
import { createRunChangesApi } from './run-changes-api.ts'
import { createRunsApi } from './runs-api.ts'
import { createSchedules } from './schedules.ts'
import { createStartApi } from './start-api.ts'
import { createStreamsApi } from './streams-api.ts'
import { createTelemetryApi } from './telemetry-api.ts'
import { createTriggerApi } from './trigger-api.ts'
import { createWaitApi } from './wait-api.ts'

/** Options of the API. */
export interface ApiOptions {
  readonly accessToken: string
  readonly pollMs: number
  readonly batchLagMs: number
  /** Reports a fault of this server, which must fail the test that used it. */
  report(problem: Error): void
}

/** Returns a function that handles all endpoints. */
export function createApi(engine: Engine, options: ApiOptions): (request: HttpRequest) => Promise<HttpReply> {
  const { accessToken, report, batchLagMs } = options
  const { secretKey } = engine
  const schedules = createSchedules(engine)
  const routes = [
    ...createTelemetryApi(),
    ...createDevApi(engine, options),
    ...createStartApi(engine, schedules),
    ...createTriggerApi(engine),
    ...createBatchesApi(engine, createBatches(engine), batchLagMs),
    ...createRunsApi(engine),
    ...createRunChangesApi(engine),
    ...createKeysApi(engine),
    ...createEnvironmentApi(engine, schedules),
    ...createWaitApi(engine),
    ...createStreamsApi(engine),
    ...createPacketsApi(),
  ]
  return async (request) => {
    const { pathname, searchParams } = new URL(request.path, 'http://loopback')
    const match = matchRoute(routes, request.method, pathname)
    if (!match) {
      report(new Error(`The loopback server has no endpoint \`${request.method} ${pathname}\`. Add it there.`))
      return jsonReply(404, { error: 'Not Found' })
    }
    const rejection = rejectKey(match.route.auth, request.headers['authorization'], { secretKey, accessToken })
    if (rejection) return rejection
    try {
      return await match.route.handle(request, match.params, searchParams)
    } catch (error) {
      report(error as Error)
      return jsonReply(500, { error: 'Internal Server Error' })
    }
  }
}
