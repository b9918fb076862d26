import { defineJob, type Definition, type JobHandle, NonRetryableError } from '@cgk-platform/jobs-core'
import { JobNotFoundError } from '@cgk-platform/jobs-core/errors'
import '@cgk-platform/test-kit/work'

import { createRoutedEngines, type EngineName } from './routed-engines.ts'
import type { StoreName } from './stores.ts'

const tenantCount = 1000
const minuteMs = 60_000
const keyTtlMs = 30 * minuteMs

/** Returns the next number from 0 up to 1, always the same for a seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface MoveOptions {
  readonly stores: Readonly<Record<EngineName, StoreName>>
  readonly seed: number
  readonly jobs: number
  /** Replaces the router's record of keys. */
  readonly forgetsKeys?: boolean
}

/**
 * Moves a thousand tenants in steps of 1 % to another engine and back. In each minute, a step, it sends jobs: plain,
 * delayed, with keys that repeat across moves, and failing ones that are retried. Returns what does not add up.
 */
export async function moveTenants({ stores, seed, jobs, forgetsKeys = false }: MoveOptions): Promise<string[]> {
  const random = createRandom(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const problems: string[] = []
  const steps = 200
  let step = 0
  const route = (tenantId: string): EngineName => {
    const percent = step <= 100 ? step : steps - step
    return Number(tenantId) % 100 < percent ? 'new' : 'old'
  }

  const completed = new Map<number, number>()
  let failing = true
  const definition: Definition = defineJob({
    id: 'work',
    event: 'work.requested',
    retry: { maxAttempts: 2, initialDelay: '90s' },
    handler: ({ payload: { number = -1, data } }, { attempt }) => {
      if (data === 'retried' && attempt === 1) throw new Error('The first attempt fails')
      if (data === 'failing' && failing) throw new NonRetryableError('It fails until it is retried by hand')
      completed.set(number, (completed.get(number) ?? 0) + 1)
      return { number }
    },
  })
  const keys = forgetsKeys ? { claim: (_key: string, engine: string) => engine, renew: () => undefined } : undefined
  const { router, clients, clock, advance } = createRoutedEngines({
    stores,
    jobs: [definition],
    route,
    ...(keys && { keys }),
  })

  /** The jobs that hold keys, with the end of their time: what must be deduplicated. */
  const holders = new Map<string, { readonly id: string; readonly until: number }>()
  const created = new Map<string, number>()
  const toRetry: JobHandle[] = []
  const awaited: Promise<void>[] = []

  const kinds = ['plain', 'delayed', 'keyed', 'keyed', 'retried', 'failing', 'awaited']
  const sendBatch = async (from: number, size: number): Promise<void> => {
    const items = Array.from({ length: size }, (_, index) => {
      const [tenantId, kind] = [String(below(tenantCount)), kinds[below(kinds.length)]!]
      const data = kind === 'retried' || kind === 'failing' ? kind : undefined
      const idempotencyKey = kind === 'keyed' ? `key ${below(2)}` : undefined
      return {
        event: 'work.requested' as const,
        payload: { tenantId, number: from + index, data },
        options: {
          ...(kind === 'delayed' && { delay: below(60) * minuteMs }),
          ...(idempotencyKey && { idempotencyKey, idempotencyTtl: keyTtlMs }),
        },
        kind,
      }
    })
    const results = await router.sendJobs(items.map(({ kind: _, ...item }) => item))
    for (const [index, result] of results.entries()) {
      const { kind, payload, options } = items[index]!
      if (!result.ok) {
        problems.push(`${payload.number} was not sent: ${result.error.message}`)
        continue
      }
      const { job } = result
      if (job.tenantId !== payload.tenantId) problems.push(`the results of a batch are out of order`)
      const key = options.idempotencyKey && `${payload.tenantId} ${options.idempotencyKey}`
      const holder = key ? holders.get(key) : undefined
      if (holder && holder.until > clock.now()) {
        if (!job.deduplicated || job.id !== holder.id) problems.push(`the key of ${payload.number} made a second job`)
      } else if (job.deduplicated) problems.push(`${payload.number} is lost, because an expired key was in use`)
      if (job.deduplicated) continue
      if (key) holders.set(key, { id: job.id, until: clock.now() + keyTtlMs })
      created.set(job.id, payload.number)
      if (kind === 'failing') toRetry.push(job)
      if (kind === 'awaited') {
        const waiting = router.waitForJob(job.id).then(({ state, runs }) => {
          const { number } = (runs[0]?.output ?? {}) as { number?: number }
          if (state !== 'completed' || number !== payload.number) problems.push(`${payload.number} was ${state}`)
        })
        awaited.push(waiting)
      }
    }
  }

  const batch = jobs / steps
  for (; step < steps; step++) {
    await sendBatch(step * batch, batch)
    await advance(minuteMs)
  }
  await advance(120 * minuteMs)
  failing = false
  for (const { id } of toRetry) await router.retryJob(id)
  await advance(minuteMs)
  await Promise.all(awaited)

  for (const number of created.values()) {
    const times = completed.get(number) ?? 0
    if (times !== 1) problems.push(`${number} was completed ${times} times`)
  }
  if (completed.size !== created.size) problems.push(`${completed.size} of ${created.size} jobs were completed`)

  const listed = new Map<string, string>()
  let cursor: string | undefined
  let newest = Number.POSITIVE_INFINITY
  do {
    const page = await router.listJobs({ limit: 1000, ...(cursor !== undefined && { cursor }) })
    for (const { id, state, createdAt } of page.jobs) {
      if (listed.has(id)) problems.push(`${id} is listed twice`)
      if (createdAt.getTime() > newest) problems.push(`${id} is not in order`)
      newest = createdAt.getTime()
      listed.set(id, state)
    }
    cursor = page.cursor
  } while (cursor !== undefined)
  for (const id of created.keys()) if (listed.get(id) !== 'completed') problems.push(`${id} is ${listed.get(id)}`)
  if (listed.size !== created.size) problems.push(`${listed.size} of ${created.size} jobs are listed`)
  for (const client of Object.values(clients)) {
    const { jobs: some } = await client.listJobs({ limit: 1000 })
    if (some.length < Math.min(1000, jobs / 10)) problems.push('an engine had hardly any jobs')
  }
  const unknown: unknown = await router.getJobStatus('unknown').catch((error: unknown) => error)
  if (!JobNotFoundError.isInstance(unknown)) problems.push('an unknown job was found')
  await router.close({ timeout: 0 })
  return problems
}
