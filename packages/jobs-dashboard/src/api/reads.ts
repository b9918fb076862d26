import type { CountGroup } from '@cgk-platform/jobs-core/inspect'

import { scopeOf, type Scope } from '../access/scope-of.ts'
import { Refusal } from '../http/refusal.ts'
import { respondJson } from '../http/respond.ts'
import type { ApiContext, ApiRequest } from './api-context.ts'
import { findAnything } from './find-anything.ts'
import { findSlowest } from './find-slowest.ts'
import { filterNames, Query } from './read-query.ts'
import { respondChanges } from './respond-changes.ts'
import { respondDownload } from './respond-download.ts'
import { showDefinitions } from './show-definitions.ts'
import { showEngine } from './show-engine.ts'
import { showJob } from './show-job.ts'

/** Answers one read of the pages. */
type Read = (context: ApiContext, request: ApiRequest) => Promise<Response>

/** A read of the jobs of one tenant or, for a user of all tenants, of all. */
type ScopedRead = (scope: Scope, query: Query, context: ApiContext, request: ApiRequest) => unknown

/** Declares a read with these parameters. */
function scoped(names: readonly string[], read: ScopedRead): Read {
  return async (context, apiRequest) => {
    const query = new Query(apiRequest.request.url, ['tenant', ...names])
    const scope = scopeOf(context.client, apiRequest.access, query.text('tenant'))
    const result = await read(scope, query, context, apiRequest)
    return result instanceof Response ? result : respondJson(result)
  }
}

/** The reads by the path of their requests. */
export const reads: Readonly<Record<string, Read>> = {
  async session({ client }, { access }) {
    const capabilities = await client.capabilities().catch(() => undefined)
    return respondJson({ ...access, capabilities })
  },

  overview: scoped(['definition', 'since', 'until', 'intervals'], async ({ inspect }, query) => {
    const { definitionId, since, until } = query.filter()
    return inspect.getStats({ definitionId, since, until, intervals: query.number('intervals') })
  }),

  errors: scoped(['definition', 'since', 'until', 'limit'], async ({ inspect }, query) => {
    const { definitionId, since, until } = query.filter()
    return inspect.listErrors({ definitionId, since, until, limit: query.number('limit') })
  }),

  find: scoped(['text'], (scope, query, _context, { access }) => findAnything(scope, access, query.required('text'))),

  jobs: scoped([...filterNames, 'order', 'limit', 'cursor'], async ({ inspect, tenantId }, query, { seal }) => {
    const given = query.text('cursor')
    const page = await inspect.listJobs({
      ...query.filter(),
      order: query.text('order') as 'newest' | undefined,
      limit: query.number('limit'),
      cursor: given === undefined || tenantId === undefined ? given : await seal.open(given, tenantId),
    })
    if (tenantId === undefined || page.cursor === undefined) return page
    return { ...page, cursor: await seal.seal(page.cursor, tenantId) }
  }),

  counts: scoped([...filterNames, 'by'], ({ inspect }, query) =>
    inspect.countJobs({ ...query.filter(), by: query.text('by') as CountGroup | undefined }),
  ),

  job: scoped(['id'], async ({ inspect }, query, { redact }, { access }) =>
    showJob(await inspect.getJob(query.required('id')), {
      redact,
      payloads: access.can.payloads,
    }),
  ),

  download: scoped(['id', 'part', 'run', 'step'], respondDownload),

  changes: scoped([...filterNames, 'limit'], respondChanges),

  definitions: scoped(['lastJobs'], (scope, query, { client }) =>
    showDefinitions(client, scope, query.text('lastJobs') === 'true'),
  ),

  history: scoped(['definition', 'since', 'until', 'intervals'], async ({ getHistory }, query) => {
    if (!getHistory) throw new Refusal(403, 'forbidden', 'Only users of all tenants see how many runs there were.')
    const { since, until } = query.filter()
    return getHistory({
      definitionId: query.required('definition'),
      since,
      until,
      intervals: query.number('intervals'),
    })
  }),

  slowest: scoped(['definition', 'since'], ({ inspect }, query, { client }) =>
    findSlowest(client, inspect, query.required('definition'), new Date(query.required('since'))),
  ),

  engine: scoped([], (scope, _query, { client }, { access }) => showEngine(client, access, scope)),

  events: scoped([], (scope) => scope.listEvents()),
}
