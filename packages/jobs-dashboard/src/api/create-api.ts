import type { JobClient, Logger } from '@cgk-platform/jobs-core'
import { toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { Access } from '../access/authorize-request.ts'
import type { DashboardAction } from '../audit.ts'
import type { DashboardOptions } from '../dashboard-options.ts'
import { Refusal } from '../http/refusal.ts'
import { respondError } from '../http/respond.ts'
import { toRefusal } from '../http/to-refusal.ts'
import { withinTime } from '../http/within-time.ts'
import { actions } from './actions.ts'
import type { ApiContext } from './api-context.ts'
import { createCursorSeal } from './cursor-seal.ts'
import { performAction } from './perform-action.ts'
import { createRedact } from './redact.ts'
import { reads } from './reads.ts'

/** The parts of the options that the API needs. */
interface ApiOptions extends Pick<DashboardOptions, 'redact' | 'audit' | 'secret'> {
  readonly client: JobClient
  readonly logger: Logger
}

/** Creates the function that answers the requests of the pages. */
export function createApi({
  client,
  logger,
  redact,
  secret,
  audit = (entry) => logger.info(`${entry.user} ${entry.action}: ${entry.outcome}`, { ...entry }),
}: ApiOptions): (request: Request, path: string, access: Access) => Promise<Response> {
  const context: ApiContext = {
    client,
    logger,
    redact: createRedact(redact),
    seal: createCursorSeal(secret),
    async audit(entry) {
      try {
        await audit(entry)
      } catch (error) {
        logger.error('`audit` failed.', { entry, error: toErrorInfo(error) })
      }
    },
  }

  const answer = (request: Request, path: string, access: Access): Promise<Response> => {
    const { method } = request
    if (Object.hasOwn(actions, path)) {
      requireMethod(method, 'POST')
      return performAction(path as DashboardAction, context, { request, access })
    }
    if (!Object.hasOwn(reads, path)) throw new Refusal(404, 'not_found', 'Nothing has this address.')
    requireMethod(method, 'GET')
    // Another site must not even measure how long an answer takes.
    if (!['same-origin', 'none', null].includes(request.headers.get('Sec-Fetch-Site'))) {
      throw new Refusal(403, 'cross_site', 'A read must come from a page of the dashboard.')
    }
    return withinTime(reads[path]!(context, { request, access }))
  }

  return async (request, path, access) => {
    try {
      return await answer(request, path, access)
    } catch (error) {
      const { status, error: described } = toRefusal(error, logger)
      return respondError(status, described)
    }
  }
}

function requireMethod(method: string, allowed: string): void {
  if (method !== allowed) throw new Refusal(405, 'method_not_allowed', `Use ${allowed}.`)
}
