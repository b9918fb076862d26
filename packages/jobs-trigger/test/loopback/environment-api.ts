import { ListSchedulesResult, QueueItem } from '@trigger.dev/core/v3'

import { endpoint, type Route } from './endpoint.ts'
import type { Engine } from './engine.ts'
import { jsonReply } from './http-messages.ts'
import type { QueueState } from './run-queue.ts'
import type { Schedules } from './schedules.ts'
import { ServiceError } from './service-error.ts'

const defaultQueuesPerPage = 25
const maxQueuesPerPage = 100

/** Creates the endpoints of the environment's queues, schedules and deployments. */
export function createEnvironmentApi(engine: Engine, schedules: Schedules): Route[] {
  const toItem = (queue: QueueState): object => {
    const { friendlyId, name, type, concurrencyLimit: limit } = queue
    const concurrency = { current: limit ?? null, base: null, override: null, overriddenBy: null, overriddenAt: null }
    const counts = engine.queue.counts(name)
    const displayed = displayName(queue)
    return {
      id: friendlyId,
      name: displayed,
      type,
      ...counts,
      paused: false,
      concurrencyLimit: limit ?? null,
      concurrency,
    }
  }
  return [
    endpoint({
      method: 'GET',
      pattern: '/api/v1/queues',
      auth: 'secret',
      handle({ query }) {
        const currentPage = numberIn(query, 'page', 1)
        const size = Math.min(numberIn(query, 'perPage', defaultQueuesPerPage), maxQueuesPerPage)
        const all = engine.queue.queues().toSorted((a, b) => compare(displayName(a), displayName(b)))
        const data = all.slice((currentPage - 1) * size, currentPage * size).map(toItem)
        return {
          value: { data, pagination: { currentPage, totalPages: Math.ceil(all.length / size), count: all.length } },
        }
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

/** Returns the name that the list is sorted by. */
function displayName({ name }: QueueState): string {
  return name.replace(/^task\//, '')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** Returns a positive integer of a query. */
function numberIn(query: URLSearchParams, name: string, byDefault: number): number {
  const value = Number(query.get(name) ?? byDefault)
  if (!Number.isInteger(value) || value < 1) throw new ServiceError('Query Error', 400)
  return value
}
