import { ListSchedulesResult, QueueItem, RetrieveQueueType } from '@trigger.dev/core/v3'
import { z } from 'zod'

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
      paused: queue.paused,
      concurrencyLimit: limit ?? null,
      concurrency,
    }
  }
  const findQueue = (encoded: string, type: string | null): QueueState | undefined => {
    const value = encoded.replaceAll('%2F', '/')
    const name = type === 'task' ? `task/${value}` : value
    const isId = (type ?? 'id') === 'id'
    return engine.queue.queues().find((queue) => (isId ? queue.friendlyId === value : queue.name === name))
  }
  const notFound = jsonReply(404, { error: 'queue-not-found' })
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
        const queue = findQueue(params['queue']!, query.get('type'))
        return queue ? { value: toItem(queue) } : notFound
      },
    }),
    endpoint({
      method: 'POST',
      pattern: '/api/v1/queues/{queue}/pause',
      auth: 'secret',
      body: z.object({ type: RetrieveQueueType.default('id'), action: z.enum(['pause', 'resume']) }),
      response: QueueItem,
      handle({ params, body: { type, action } }) {
        const queue = findQueue(params['queue']!, type)
        if (!queue) return notFound
        engine.queue.pause(queue, action === 'pause')
        return { value: toItem(queue) }
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
