import { ListRunResponse, RetrieveRunResponse } from '@trigger.dev/core/v3'

import { endpoint, type Route } from './endpoint.ts'
import type { Engine } from './engine.ts'
import { jsonReply } from './http-messages.ts'
import { listRuns } from './list-runs.ts'
import { listView, retrieveView } from './run-view.ts'

/** Creates the endpoints that read runs. */
export function createRunsApi(engine: Engine): Route[] {
  return [
    endpoint({
      method: 'GET',
      pattern: '/api/v3/runs/{run}',
      auth: 'secret',
      response: RetrieveRunResponse,
      async handle({ params }) {
        const run = engine.runs.find(params['run']!)
        if (!run) return jsonReply(404, { error: 'Not found' }, { 'x-should-retry': 'true' })
        return { value: await retrieveView(engine, run) }
      },
    }),
    endpoint({
      method: 'GET',
      pattern: '/api/v1/runs',
      auth: 'secret',
      response: ListRunResponse,
      async handle({ query }) {
        const { runs, next, previous } = listRuns(engine, query)
        const data = await Promise.all(runs.map((run) => listView(engine, run)))
        return { value: { data, pagination: { next, previous } } }
      },
    }),
  ]
}
