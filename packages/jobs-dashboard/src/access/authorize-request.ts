import type { Logger } from '@cgk-platform/jobs-core'
import { environment, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { PermissionsJson } from '../api-types.ts'
import type { DashboardOptions } from '../dashboard-options.ts'
import { type DashboardAccess, permissionNames } from './dashboard-access.ts'

/** The checked access of one request. */
export interface Access {
  readonly user: string
  readonly tenants: 'all' | readonly string[]
  readonly can: PermissionsJson
  /** Whether jobs can be found by their payloads: the user sees all of each. A search would find what is redacted. */
  readonly findsPayloads: boolean
}

/**
 * Creates the check of every request. It returns `undefined` for a request that must be answered as if the dashboard
 * did not exist: also if `authorize` throws or returns anything but an access.
 */
export function createAuthorizer(
  { authorize, redact = [] }: Pick<DashboardOptions, 'authorize' | 'redact'>,
  logger: Logger,
): (request: Request) => Promise<Access | undefined> {
  let hasWarned = false
  return async (request) => {
    if (!authorize) {
      const access = accessInDevelopment(request, redact)
      if (!access && !hasWarned) {
        hasWarned = true
        logger.warn('The dashboard answers 404, because it has no `authorize`. Pass it to `createDashboard`.')
      }
      return access
    }
    try {
      const given = await authorize(request)
      if (given === undefined || given === null) return undefined
      const access = toAccess(given, redact)
      if (!access)
        logger.error('`authorize` must return `{ user, tenants, can }` or `undefined`. The request is denied.')
      return access
    } catch (error) {
      logger.error('`authorize` failed. The request is denied.', { error: toErrorInfo(error) })
      return undefined
    }
  }
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Allows requests to this machine. The host is checked because a page of any site can give this machine a name of its own. */
function accessInDevelopment(request: Request, redact: readonly string[]): Access | undefined {
  if (!['development', 'test'].includes(environment()['NODE_ENV'] ?? '')) return undefined
  if (!loopback.test(new URL(request.url).hostname)) return undefined
  const can = Object.fromEntries(permissionNames.map((name) => [name, true]))
  return {
    user: 'developer',
    tenants: 'all',
    can: can as unknown as PermissionsJson,
    findsPayloads: redact.length === 0,
  }
}

function toAccess({ user, tenants, can = {} }: DashboardAccess, redact: readonly string[]): Access | undefined {
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
  if (!isText(user)) return undefined
  if (tenants !== 'all' && !(Array.isArray(tenants) && tenants.length > 0 && tenants.every(isText))) return undefined
  if (typeof can !== 'object') return undefined
  const permissions = Object.fromEntries(permissionNames.map((name) => [name, can[name] === true]))
  return {
    user,
    tenants: tenants === 'all' ? 'all' : [...new Set(tenants)],
    can: permissions as unknown as PermissionsJson,
    findsPayloads: can.payloads === true && redact.length === 0,
  }
}
