import { ListSchedulesResult, QueueItem } from '@trigger.dev/core/v3'

import { endpoint, type Route } from './endpoint.ts'
import type { Engine } from './engine.ts'
import { jsonReply } from './http-messages.ts'
import type { QueueState } from './run-queue.ts'
import type { Schedules } from './schedules.ts'

/** Creates the endpoints of the environment's queues, schedules and deployments. */
export function createEnvironmentApi(engine: Engine, schedules: Schedules): Route[] {
  const toItem = ({ friendlyId, name, type, concurrencyLimit: limit }: QueueState): object => ({
    id: friendlyId,
    name: name.replace(/^task\//, ''),
    type,
    ...engine.queue.counts(name),
    paused: false,
    concurrencyLimit: limit ?? null,
    concurrency: { current: limit ?? null, base: null, override: null, overriddenBy: null, overriddenAt: null },
  })
  return [
    endpoint({
      method: 'GET',
      pattern: '/api/v1/queues',
      auth: 'secret',
      handle() {
        const data = engine.queue.queues().map(toItem)
        return { value: { data, pagination: { currentPage: 1, totalPages: 1, count: data.length } } }
      },
    }),
    endpoint({
      method: 'GET',
      pattern: '/api/v1/queues/{queue}',
      auth: 'secret',
      response: QueueItem,
      handle({ params, query }) {
        const queueId = params['queue']!.replaceAll('%2F', '/')
        const name = query.get('type') === 'task' ? `task/${queueId}` : queueId
        const byId = (query.get('type') ?? 'id') === 'id'
        const queue = engine.queue
          .queues()
          .find((each) => (byId ? each.friendlyId : each.name) === (byId ? queueId : name))
        return queue ? { value: toItem(queue) } : jsonReply(404, { error: 'queue-not-found' })
      },
    }),
    endpoint({
      method: 'GET',
      pattern: '/api/v1/schedules',
      auth: 'secret',
      response: ListSchedulesResult,
      handle() {
        const data = schedules.list()
        return { value: { data, pagination: { currentPage: 1, totalPages: 1, count: data.length } } }
      },
    }),
    // A development environment has no deployment.
    endpoint({
      method: 'GET',
      pattern: '/api/v1/deployments/current',
      auth: 'secret',
      handle: () => jsonReply(404, { error: 'Not found' }, { 'x-should-retry': 'false' }),
    }),
  ]
}
