import type { JobClient, LoggerLike } from '@cgk-platform/jobs-core'

import type { Access } from '../access/authorize-request.ts'
import type { SessionJson } from '../api-types.ts'
import type { DashboardOptions } from '../dashboard-options.ts'
import { respondError, respondJson } from '../http/respond.ts'

/** The dependencies of the API. */
interface ApiOptions extends Pick<DashboardOptions, 'redact' | 'audit'> {
  readonly client: JobClient
  readonly logger: LoggerLike
}

/** Creates the function that answers the requests of the pages. */
export function createApi({
  client,
}: ApiOptions): (request: Request, path: string, access: Access) => Promise<Response> {
  return async (_request, path, access) => {
    if (path !== 'session') return respondError(404, { code: 'not_found', message: 'Nothing has this address.' })
    const capabilities = await client.capabilities().catch(() => undefined)
    return respondJson({ ...access, ...(capabilities && { capabilities }) } satisfies SessionJson)
  }
}
