import {
  CompleteWaitpointTokenRequestBody,
  CompleteWaitpointTokenResponseBody,
  CreateWaitpointTokenRequestBody,
  CreateWaitpointTokenResponseBody,
  stringifyIO,
  timeoutError,
  WaitForDurationRequestBody,
  WaitForDurationResponseBody,
  WaitForWaitpointTokenResponseBody,
  WaitpointRetrieveTokenResponse,
  WaitpointTokenItem,
} from '@trigger.dev/core/v3'
import { z } from 'zod'

import { blockRun, completeWaitpoint, completeWhenDue } from './block-run.ts'
import { parseDelay } from './durations.ts'
import { endpoint, type Route } from './endpoint.ts'
import type { Engine } from './engine.ts'
import { idempotencyKeyExpiry } from './idempotency.ts'
import type { Run } from './run.ts'
import { ServiceError } from './service-error.ts'
import type { Waitpoint } from './waitpoints.ts'

const maxTags = 10
const defaultSize = 25
const tokenPage = z.object({ data: z.array(WaitpointTokenItem), pagination: z.object({ next: z.string().optional() }) })

/** Creates the endpoints of waits for a time and for tokens. */
export function createWaitApi(engine: Engine): Route[] {
  const { waitpoints } = engine
  const runOf = (params: Readonly<Record<string, string>>): Run => {
    const run = engine.runs.find(params['run'] ?? '')
    if (!run) throw new ServiceError("You don't have permissions for this run", 401)
    return run
  }
  const tokenOf = (params: Readonly<Record<string, string>>): Waitpoint => {
    const token = waitpoints.find(params['token'] ?? '')
    if (!token) throw new ServiceError('Waitpoint not found', 404)
    return token
  }
  const view = (token: Waitpoint): object => ({
    id: token.friendlyId,
    url: `${engine.url()}/api/v1/waitpoints/tokens/${token.friendlyId}/callback/hash`,
    status: statusOf(token),
    completedAt: token.completedAt,
    timeoutAt: token.completedAfter,
    completedAfter: token.completedAfter,
    idempotencyKey: token.idempotencyKey,
    idempotencyKeyExpiresAt: token.idempotencyKeyExpiresAt,
    tags: token.tags.toSorted((a, b) => a.localeCompare(b)),
    createdAt: token.createdAt,
  })

  return [
    endpoint({
      method: 'POST',
      pattern: '/engine/v1/runs/{run}/wait/duration',
      auth: 'secret',
      body: WaitForDurationRequestBody,
      response: WaitForDurationResponseBody,
      handle({ params, body: { date, idempotencyKey, idempotencyKeyTTL } }) {
        const run = runOf(params)
        const { waitpoint, isCached } = keyedWaitpoint(engine, 'DATETIME', idempotencyKey, idempotencyKeyTTL, {
          completedAfter: date,
        })
        if (!isCached) completeWhenDue(engine, waitpoint)
        blockRun(engine, run, { waitpoint })
        return { value: { waitUntil: date, waitpoint: { id: waitpoint.friendlyId } } }
      },
    }),
    endpoint({
      method: 'POST',
      pattern: '/engine/v1/runs/{run}/waitpoints/tokens/{token}/wait',
      auth: 'secret',
      response: WaitForWaitpointTokenResponseBody,
      handle({ params }) {
        blockRun(engine, runOf(params), { waitpoint: tokenOf(params) })
        return { value: { success: true } }
      },
    }),
    endpoint({
      method: 'POST',
      pattern: '/api/v1/waitpoints/tokens',
      auth: 'secret',
      body: CreateWaitpointTokenRequestBody,
      response: CreateWaitpointTokenResponseBody,
      handle({ body }) {
        const tags = [body.tags ?? []].flat()
        if (tags.length > maxTags) {
          throw new ServiceError(`Waitpoints can only have ${maxTags} tags, you're trying to set ${tags.length}.`)
        }
        const completedAfter = parseDelay(engine, body.timeout)
        const { waitpoint, isCached } = keyedWaitpoint(engine, 'MANUAL', body.idempotencyKey, body.idempotencyKeyTTL, {
          tags,
          completedAfter,
        })
        if (!isCached && completedAfter) {
          completeWhenDue(engine, waitpoint, { value: JSON.stringify(timeoutError(completedAfter)), isError: true })
        }
        const { id, url } = view(waitpoint) as { id: string; url: string }
        return { value: { id, url, isCached }, headers: { 'x-trigger-jwt': `jwt.${id}` } }
      },
    }),
    endpoint({
      method: 'GET',
      pattern: '/api/v1/waitpoints/tokens',
      auth: 'secret',
      response: tokenPage,
      handle({ query }) {
        const [statuses, tags] = ['status', 'tags'].map((name) => query.get(`filter[${name}]`)?.split(','))
        const key = query.get('filter[idempotencyKey]')
        const after = query.get('page[after]')
        const found = waitpoints
          .all()
          .filter(({ type }) => type === 'MANUAL')
          .filter((token) => !statuses || statuses.includes(statusOf(token)))
          .filter((token) => !tags || token.tags.some((tag) => tags.includes(tag)))
          .filter(({ idempotencyKey }) => key === null || idempotencyKey === key)
          .toReversed()
        const from = after === null ? 0 : found.findIndex(({ friendlyId }) => friendlyId === after) + 1
        const page = found.slice(from, from + Number(query.get('page[size]') ?? defaultSize))
        const next = found.at(-1) === page.at(-1) ? undefined : page.at(-1)?.friendlyId
        return { value: { data: page.map(view), pagination: { next } } }
      },
    }),
    endpoint({
      method: 'GET',
      pattern: '/api/v1/waitpoints/tokens/{token}',
      auth: 'secret',
      response: WaitpointRetrieveTokenResponse,
      handle({ params }) {
        const token = tokenOf(params)
        const { value: output, type: outputType, isError: outputIsError = false } = token.output ?? {}
        return { value: { ...view(token), output, outputType, outputIsError } }
      },
    }),
    endpoint({
      method: 'POST',
      pattern: '/api/v1/waitpoints/tokens/{token}/complete',
      auth: 'secret',
      body: CompleteWaitpointTokenRequestBody,
      response: CompleteWaitpointTokenResponseBody,
      async handle({ params, body }) {
        const { data, dataType } = await stringifyIO(body.data)
        const output = data ? { value: data, type: dataType, isError: false } : undefined
        completeWaitpoint(engine, tokenOf(params), output)
        return { value: { success: true } }
      },
    }),
  ]
}

function statusOf({ completedAt, output }: Waitpoint): 'WAITING' | 'COMPLETED' | 'TIMED_OUT' {
  if (!completedAt) return 'WAITING'
  return output?.isError ? 'TIMED_OUT' : 'COMPLETED'
}

/** Returns the waitpoint with this key, even a completed one, or a new one. */
function keyedWaitpoint(
  engine: Engine,
  type: 'DATETIME' | 'MANUAL',
  key: string | undefined,
  ttl: string | undefined,
  options: Pick<Waitpoint, 'completedAfter'> & Partial<Waitpoint>,
): { waitpoint: Waitpoint; isCached: boolean } {
  const known = key === undefined ? undefined : engine.waitpoints.all().find((each) => each.idempotencyKey === key)
  const isOver = known?.idempotencyKeyExpiresAt && known.idempotencyKeyExpiresAt < engine.now()
  if (known && !isOver) return { waitpoint: known, isCached: true }
  if (known) known.idempotencyKey = undefined
  const idempotencyKeyExpiresAt = ttl === undefined ? undefined : idempotencyKeyExpiry(engine, ttl)
  const waitpoint = { ...options, type, createdAt: engine.now(), idempotencyKey: key, idempotencyKeyExpiresAt }
  return { waitpoint: engine.waitpoints.add(waitpoint), isCached: false }
}
