import { setTimeout as sleep } from 'node:timers/promises'

import type { JobClient, JobItem, SendOptions } from '@cgk-platform/jobs'
import { JobsError } from '@cgk-platform/jobs/errors'

import type { AppDatabase } from './engines/chaos-engine.ts'
import { type Kind, nowMs, type Note } from './ledger-entry.ts'
import './events.ts'
import type { Script } from './events.ts'
import type { Random } from './random.ts'
import { sendInTransaction } from './send-in-transaction.ts'

/** Services that a sender needs. */
export interface SenderDependencies {
  readonly client: JobClient
  readonly app: AppDatabase
  /** Whether handlers can run in a transaction. */
  readonly hasTransactions: boolean
  readonly note: (note: Note) => void
  readonly random: Random
  /** The name of the process. */
  readonly name: string
}

/** Relative frequency of each kind. `batch` sends many plain jobs at once. */
const shares: readonly (readonly [kind: Kind | 'batch', share: number])[] = [
  ['plain', 25],
  ['limited', 15],
  ['batch', 8],
  ['retried', 12],
  ['exhausted', 4],
  ['non-retryable', 4],
  ['delayed', 12],
  ['keyed', 10],
  ['cancelled', 10],
  ['in a transaction', 8],
  ['transacted', 6],
  ['transacted flow', 3],
  ['flow', 5],
  ['compensated flow', 4],
  ['cancelled flow', 8],
]
const weightedKinds = shares.flatMap(([kind, share]) => Array.from({ length: share }, () => kind))
const stores = ['north', 'south']
const tenants = ['ada', 'bea', 'cleo', 'dora', 'ella', 'fay']

/** The events of the kinds that are not sent as `chaos.work`. */
const events: Partial<
  Record<Kind, 'chaos.flow' | 'chaos.limited' | 'chaos.cancelled' | `chaos.transacted${'' | '-flow'}`>
> = {
  flow: 'chaos.flow',
  'compensated flow': 'chaos.flow',
  limited: 'chaos.limited',
  'cancelled flow': 'chaos.cancelled',
  transacted: 'chaos.transacted',
  'transacted flow': 'chaos.transacted-flow',
}

interface Drawn {
  readonly kind: Kind
  readonly script: Script
  readonly options: SendOptions
}

/** Creates a sender of random jobs. `settled` resolves when all pending cancel requests have finished. */
export function createSender({ client, app, hasTransactions, note, random, name }: SenderDependencies): {
  sendNext(): Promise<void>
  settled(): Promise<unknown>
} {
  let count = 0
  const kinds = weightedKinds.filter((kind) => hasTransactions || !kind.startsWith('transacted'))
  const pending = new Set<Promise<void>>()

  const draw = (kind: Kind): Drawn => {
    // All processes use the same key for a while, so that their sends collide.
    const turn = Math.floor(nowMs() / 400)
    const key = kind === 'keyed' ? `key-${turn}` : undefined
    const tenantId = key === undefined ? random.pick(tenants) : tenants[turn % tenants.length]!
    const item = `${name}-${++count}`
    const isRetried = kind === 'retried' || (kind === 'transacted' && random.chance(0.3))
    const failures = isRetried ? random.between(1, 2) : kind === 'exhausted' ? 1000 : 0
    const workMs = random.chance(0.08) ? random.between(400, 2000) : random.between(0, 40)
    const delay = kind === 'delayed' || (kind === 'cancelled' && random.chance(0.7)) ? random.between(50, 3000) : 0
    const options: SendOptions = {
      ...(key !== undefined && { idempotencyKey: key }),
      ...(delay > 0 && { delay }),
      ...(kind === 'exhausted' && { maxAttempts: 3 }),
    }
    const notBefore = kind === 'delayed' ? { notBefore: Date.now() + delay } : {}
    const store = kind === 'limited' && { store: random.pick(stores) }
    const flow = kind === 'cancelled flow' && drawCancelledFlow(random)
    note({ type: 'sending', item, kind, tenant: tenantId, ...(key !== undefined && { key }), ...store, ...notBefore })
    return { kind, script: { tenantId, item, kind, workMs, failures, ...store, ...flow }, options }
  }

  const send = async ({ kind, script, options }: Drawn): Promise<void> => {
    const { item } = script
    try {
      const { id, deduplicated } = await client.sendJob(events[kind] ?? 'chaos.work', script, options)
      note({ type: 'sent', item, job: id, deduplicated })
      if (kind === 'cancelled') runInBackground(() => cancel(id, random.between(0, 1500)))
      if (kind === 'cancelled flow') runInBackground(() => cancelFlow(id, script))
    } catch (error) {
      noteRefusal(item, error)
    }
  }

  const sendBatch = async (): Promise<void> => {
    const batch = Array.from({ length: random.between(4, 16) }, () => draw('plain'))
    const items = batch.map(({ script }): JobItem => ({ event: 'chaos.work', payload: script }))
    const results = await client.sendJobs(items).catch((error: unknown) => error)
    for (const [
      index,
      {
        script: { item },
      },
    ] of batch.entries()) {
      const result = Array.isArray(results)
        ? (results[index] as Awaited<ReturnType<JobClient['sendJobs']>>[number])
        : undefined
      if (result?.ok) note({ type: 'sent', item, job: result.job.id, deduplicated: false })
      else noteRefusal(item, result ? result.error : results)
    }
  }

  /** Cancels a workflow, mostly while any of its steps may run. One that fails first is retried before. */
  const cancelFlow = async (job: string, { workMs, failsUntil }: Script): Promise<void> => {
    const [waits, afterMs] = [random.chance(0.8), random.between(0, workMs * 4)]
    if (failsUntil !== undefined) await retryFailed(job, failsUntil)
    if (waits) await untilRunning(job)
    await cancel(job, afterMs)
  }

  /** Waits for the start of a job, for a limited time, because its worker may be paused. */
  const untilRunning = async (job: string): Promise<void> => {
    for (let tries = 0; tries < 300; tries++) {
      const state = await client.getJobStatus(job).then(
        (status) => status.state,
        () => 'unknown', // the store has a fault
      )
      if (state !== 'queued' && state !== 'unknown') return
      await sleep(30)
    }
  }

  const retryFailed = async (job: string, failsUntil: number): Promise<void> => {
    try {
      await client.waitForJob(job, { timeout: '10s' })
      await sleep(failsUntil - Date.now())
      await client.retryJob(job)
    } catch (error) {
      // Its worker may be paused, it may have begun too late to fail, or the store may have a fault.
      if (!JobsError.isInstance(error)) throw error
    }
  }

  const cancel = async (job: string, afterMs: number): Promise<void> => {
    await sleep(afterMs)
    note({ type: 'cancelling', job })
    try {
      const { state } = await client.cancelJob(job)
      note({ type: 'cancelled', job, state })
    } catch (error) {
      if (!JobsError.isInstance(error)) throw error
      // A store with a fault rejects the cancel request, which is not repeated.
      if (error.code !== 'store') note({ type: 'cancelled', job, state: error.code })
    }
  }

  const runInBackground = (work: () => Promise<void>): void => {
    const working = work().finally(() => pending.delete(working))
    pending.add(working)
  }

  const noteRefusal = (item: string, error: unknown): void => {
    if (!JobsError.isInstance(error)) throw error
    note({ type: 'send failed', item, error: String(error) })
  }

  return {
    async sendNext() {
      const kind = random.pick(kinds)
      if (kind === 'batch') return sendBatch()
      if (kind !== 'in a transaction') return send(draw(kind))
      await sendInTransaction({ client, app, note, random, draw: () => draw(kind).script })
    },
    settled: () => Promise.all(pending),
  }
}

/** Draws how a workflow runs until its cancel. Some fail for good and are retried first, others retry their attempt. */
function drawCancelledFlow(random: Random): Pick<Script, 'workMs' | 'isParallel' | 'failures' | 'failsUntil'> {
  const isRetried = random.chance(0.25)
  return {
    workMs: random.between(20, 250),
    isParallel: random.chance(0.5),
    failures: !isRetried && random.chance(0.25) ? 1 : 0,
    ...(isRetried && { failsUntil: Date.now() + random.between(200, 1200) }),
  }
}
