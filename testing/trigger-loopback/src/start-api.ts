import {
  CreateBackgroundWorkerRequestBody,
  CreateBackgroundWorkerResponse,
  GetEnvironmentVariablesResponseBody,
  GetProjectEnvResponse,
  WhoAmIResponseSchema,
} from '@trigger.dev/core/v3'
import { endpoint, type Route } from './endpoint.ts'
import type { Engine } from './engine.ts'
import { registerWorker } from './register-worker.ts'
import type { Schedules } from './schedules.ts'
import { ServiceError } from './service-error.ts'

/** Creates the endpoints that the CLI uses before and during the registration of its worker. */
export function createStartApi(engine: Engine, schedules: Schedules): Route[] {
  const { tenancy } = engine
  const checkProject = (ref: string | undefined): void => {
    if (ref !== tenancy.projectRef) throw new ServiceError('Project not found', 404)
  }
  return [
    endpoint({
      method: 'GET',
      pattern: '/api/v2/whoami',
      auth: 'access',
      response: WhoAmIResponseSchema,
      handle: () => ({ value: { userId: 'user_loopback', email: 'loopback@example.com', dashboardUrl: engine.url() } }),
    }),
    endpoint({
      method: 'GET',
      pattern: '/api/v1/platform-notifications',
      auth: 'access',
      handle: () => ({ value: { notification: null } }),
    }),
    endpoint({
      method: 'GET',
      pattern: '/api/v1/projects/{ref}/dev',
      auth: 'access',
      response: GetProjectEnvResponse,
      handle({ params }) {
        checkProject(params['ref'])
        const { secretKey: apiKey, url } = engine
        return {
          value: { apiKey, name: 'Loopback', apiUrl: url(), projectId: tenancy.projectId, defaultRuntime: null },
        }
      },
    }),
    endpoint({
      method: 'GET',
      pattern: '/api/v1/projects/{ref}/envvars',
      auth: 'secret',
      response: GetEnvironmentVariablesResponseBody,
      handle({ params }) {
        checkProject(params['ref'])
        return { value: { variables: {} } }
      },
    }),
    endpoint({
      method: 'POST',
      pattern: '/api/v1/projects/{ref}/background-workers',
      auth: 'secret',
      body: CreateBackgroundWorkerRequestBody,
      response: CreateBackgroundWorkerResponse,
      handle({ params, body }) {
        checkProject(params['ref'])
        const { friendlyId: id, version, contentHash } = registerWorker(engine, schedules, body.metadata)
        return { value: { id, version, contentHash } }
      },
    }),
  ]
}
