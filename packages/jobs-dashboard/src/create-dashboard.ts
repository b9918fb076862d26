import { createDefaultLogger } from '@cgk-platform/jobs-core'
import { bindLogger, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import { createAuthorizer } from './access/authorize-request.ts'
import { createApi } from './api/create-api.ts'
import { type DashboardOptions, dashboardOptions } from './dashboard-options.ts'
import { compress } from './http/compress.ts'
import { respondError, respondNothing } from './http/respond.ts'
import { respondAsset } from './pages/respond-asset.ts'
import { pagePaths, respondPage } from './pages/respond-page.ts'

/**
 * Creates the dashboard, a function that answers requests. Mount it at `basePath` and everything below. It uses only web
 * standards.
 *
 * @throws {InvalidOptionError}
 */
export function createDashboard(options: DashboardOptions): (request: Request) => Promise<Response> {
  const { client, basePath = '', logger: given = createDefaultLogger(), ...others } = dashboardOptions.read(options)
  const logger = bindLogger(given, {})
  const authorize = createAuthorizer(others, logger)
  const api = createApi({ client, logger, ...others })

  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    const access = await authorize(request)
    if (!access || !`${pathname}/`.startsWith(`${basePath}/`)) return respondNothing()
    // The rest is compared as it is, so an encoded or a doubled slash matches nothing.
    const path = pathname.slice(basePath.length + 1)
    if (path.startsWith('api/')) return compress(request, await api(request, path.slice('api/'.length), access))
    const isPage = pagePaths.includes(path)
    if (!isPage && !path.startsWith('assets/')) return respondNothing()
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return respondError(405, { code: 'method_not_allowed', message: 'Use GET.' })
    }
    return isPage ? respondPage(basePath) : respondAsset(request, path)
  }

  return async (request) => {
    try {
      return await answer(request)
    } catch (error) {
      logger.error('The dashboard failed.', { error: toErrorInfo(error) })
      return respondError(500, { code: 'internal', message: 'The dashboard failed. Its log has the error.' })
    }
  }
}
