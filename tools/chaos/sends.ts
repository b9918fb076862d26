import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as pass } from 'node:timers/promises'

import { type JobClient, type JobItem, JobsError, type SendOptions } from '@cgk-platform/jobs'

import { isOfSqlite, sendWithin } from './send-within.ts'
import { type Kind, nowMs, type Note } from './line.ts'
import './own-events.ts'
import type { Script } from './own-events.ts'
import type { Random } from './random.ts'

/** What sends are made with. */
export interface SendParts {
  readonly client: JobClient
  /** The app's own connection to the file. */
  readonly app: DatabaseSync
  readonly note: (note: Note) => void
  readonly random: Random
  /** Of the process. */
  readonly name: string
}

/** How often each kind is sent, and `batch` for many plain ones at once. */
const shares: readonly (readonly [kind: Kind | 'batch', share: number])[] = [
  ['plain', 25],
  ['batch', 8],
  ['retried', 12],
  ['given up', 4],
  ['refusing', 4],
  ['delayed', 12],
  ['keyed', 10],
  ['cancelled', 10],
  ['in a transaction', 6],
  ['flow', 5],
  ['compensated flow', 4],
]
const drawn = shares.flatMap(([kind, share]) => Array.from({ length: share }, () => kind))
const tenants = ['ada', 'bea', 'cleo', 'dora', 'ella', 'fay']

interface Drawn {
  readonly kind: Kind
  readonly script: Script
  readonly options: SendOptions
}

/** Sends what a seed draws. `settled` resolves when what follows a send later is done, too. */
export function createSends({ client, app, note, random, name }: SendParts): {
  sendSome(): Promise<void>
  settled(): Promise<unknown>
} {
  let count = 0
  const later = new Set<Promise<void>>()

  const draw = (kind: Kind): Drawn => {
    // The same in all processes for a while, so that they meet.
    const turn = Math.floor(nowMs() / 400)
    const key = kind === 'keyed' ? `key-${turn}` : undefined
    const tenantId = key === undefined ? random.pick(tenants) : tenants[turn % tenants.length]!
    const item = `${name}-${++count}`
    const failures = kind === 'retried' ? random.between(1, 2) : kind === 'given up' ? 1000 : 0
    const workMs = random.chance(0.08) ? random.between(400, 2000) : random.between(0, 40)
    const delay = kind === 'delayed' || (kind === 'cancelled' && random.chance(0.7)) ? random.between(50, 3000) : 0
    const options: SendOptions = {
      ...(key !== undefined && { idempotencyKey: key }),
      ...(delay > 0 && { delay }),
      ...(kind === 'given up' && { maxAttempts: 3 }),
    }
    const notBefore = kind === 'delayed' ? { notBefore: Date.now() + delay } : {}
    note({ what: 'wanted', item, kind, tenant: tenantId, ...(key !== undefined && { key }), ...notBefore })
    return { kind, script: { tenantId, item, kind, workMs, failures }, options }
  }

  const send = async ({ kind, script, options }: Drawn): Promise<void> => {
    const { item } = script
    const event = kind === 'flow' || kind === 'compensated flow' ? 'chaos.flow' : 'chaos.work'
    try {
      const { id, deduplicated } = await client.sendJob(event, script, options)
      note({ what: 'sent', item, job: id, deduplicated })
      if (kind === 'cancelled') soon(() => cancel(id))
    } catch (error) {
      refuse(item, error)
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
      if (result?.ok) note({ what: 'sent', item, job: result.job.id, deduplicated: false })
      else refuse(item, result ? result.error : results)
    }
  }

  const cancel = async (job: string): Promise<void> => {
    await pass(random.between(0, 1500))
    note({ what: 'cancelling', job })
    try {
      const { state } = await client.cancelJob(job)
      note({ what: 'cancelled', job, state })
    } catch (error) {
      if (!JobsError.isInstance(error)) throw error
      // Refused on a full disk: nothing was cancelled, and it is not asked again.
      if (error.code !== 'store') note({ what: 'cancelled', job, state: error.code })
    }
  }

  const soon = (work: () => Promise<void>): void => {
    const working = work().finally(() => later.delete(working))
    later.add(working)
  }

  const refuse = (item: string, error: unknown): void => {
    if (!JobsError.isInstance(error) && !isOfSqlite(error)) throw error
    note({ what: 'refused', item, error: String(error) })
  }

  return {
    async sendSome() {
      const kind = random.pick(drawn)
      if (kind === 'batch') return sendBatch()
      if (kind !== 'in a transaction') return send(draw(kind))
      const { script } = draw(kind)
      const { item } = script
      const commits = random.chance(0.8)
      try {
        const job = await sendWithin({ client, app, script, commits })
        if (commits) note({ what: 'sent', item, job, deduplicated: false })
        else note({ what: 'refused', item, error: 'rolled back' })
      } catch (error) {
        refuse(item, error)
      }
    },
    settled: () => Promise.all(later),
  }
}
