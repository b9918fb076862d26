import { AsyncLocalStorage } from 'node:async_hooks'

import { catalogue } from '@cgk-platform/jobs'
import { batchesOf, type Contender, type ContenderOptions, Countdown, payloadOf } from 'bench-peers/contender'
import { monotonicFactory } from 'ulid'

type Payload = ReturnType<typeof payloadOf>

interface Job {
  readonly id: string
  readonly event: string
  readonly payload: Payload
  readonly sentAt: number
  state: 'queued' | 'running' | 'completed'
  startedAt: number
  endedAt: number
}

/**
 * Opens the minimum of a queue in memory that checks and records its jobs. For each job: the schema when it is sent and
 * again before the handler, a detached copy for both, a ULID, a record in a map until the job ends, an async context and
 * the promise of the handler. It knows no retries, tenants, hooks, logs, limits, timeouts, cancels or history.
 */
export async function open({ settings }: ContenderOptions): Promise<Contender> {
  const concurrency = Number(settings?.['concurrency'] ?? 50)
  const createId = monotonicFactory()
  const context = new AsyncLocalStorage<Job>()
  await schema.validate(payloadOf(0)) // loads the schema, which is synchronous from then on
  return {
    async run(jobs) {
      const records = new Map<string, Job>()
      const queue: Job[] = []
      const ended = new Countdown()
      let [next, running] = [0, 0]
      const handler = async (_event: { id: string; payload: Payload }): Promise<void> => undefined
      const send = async (batch: readonly Payload[]): Promise<void> => {
        for (const given of batch) {
          const payload = validated(copyOf(given))
          const [id, sentAt] = [createId(Date.now()), Date.now()]
          const job: Job = { id, event: 'analytics.track', payload, sentAt, state: 'queued', startedAt: 0, endedAt: 0 }
          records.set(id, job)
          queue.push(job)
        }
        startNext()
      }
      const startNext = (): void => {
        while (running < concurrency && next < queue.length) start(queue[next++]!)
      }
      const start = (job: Job): void => {
        running++
        job.state = 'running'
        job.startedAt = Date.now()
        const event = { id: job.id, payload: validated(copyOf(job.payload)) }
        void context.run(job, handler, event).then(() => end(job))
      }
      const end = (job: Job): void => {
        running--
        job.state = 'completed'
        job.endedAt = Date.now()
        records.delete(job.id)
        ended.count()
        startNext()
      }
      const all = ended.from(jobs)
      const batches = batchesOf(jobs)
      const startedAt = performance.now()
      for (const batch of batches) await send(batch)
      await all
      return performance.now() - startedAt
    },
    async close() {},
  }
}

const schema = catalogue['analytics.track']['~standard']

function validated(payload: Payload): Payload {
  const result = schema.validate(payload)
  if (result instanceof Promise || result.issues) throw new TypeError('The payload of the bench is invalid.')
  return result.value as Payload
}

function copyOf<T>(json: T): T {
  return JSON.parse(JSON.stringify(json)) as T
}
