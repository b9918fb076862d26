import { setTimeout as sleep } from 'node:timers/promises'

import { createJobClient } from '@cgk-platform/jobs'
import type { LoopbackServer } from '@cgk-platform/trigger-loopback'
import { TriggerClient } from '@trigger.dev/sdk'

import type { BenchRow } from '../bench-row.ts'
import { median, quantile } from '../statistics.ts'
import { openServer, openWorker } from './open-worker.ts'

/** Number of jobs in a burst. */
const burst = 100
const rounds = 10
const warmUps = 2
/** Number of sends of the SDK alone that wait for an answer at the same time. */
const rawParallel = 16
const pollMs = 2
const tenantId = 'tenant-1'
const track = { event: 'Product Viewed', userId: 'user-1' }

/** The measurements of one contender, burst by burst. */
interface Measured {
  /** Time until all sends were accepted, in milliseconds. */
  readonly sendMs: number[]
  /** Time from the first send to the end of the last run, in milliseconds. */
  readonly doneMs: number[]
  /** HTTP requests of sender and runs, without those that a worker makes on its own. */
  requests: number
}

/** Compares bursts of jobs with tasks of the SDK alone, in turns, in a project with a workflow. */
export async function triggerBurst(): Promise<BenchRow[]> {
  const server = await openServer()
  const worker = await openWorker(server, 4)
  try {
    const senders = createSenders(server)
    const measured = { raw: noMeasurements(), ours: noMeasurements() }
    for (let round = -warmUps; round < rounds; round++) {
      const names = round % 2 === 0 ? (['raw', 'ours'] as const) : (['ours', 'raw'] as const)
      for (const name of names) await play(senders[name], server, round < 0 ? noMeasurements() : measured[name])
    }
    return rowsOf(measured.ours, measured.raw)
  } finally {
    await worker.close()
    await server.close()
  }
}

function createSenders({ url, secretKey }: LoopbackServer): Record<'raw' | 'ours', () => Promise<unknown>> {
  const sdk = new TriggerClient({ baseURL: url, secretKey })
  const client = createJobClient({ provider: 'trigger.dev', config: { apiUrl: url, apiKey: secretKey }, jobs: [] })
  const items = Array.from({ length: burst }, () => ({
    event: 'analytics.track' as const,
    payload: { tenantId, ...track },
  }))
  return {
    async raw() {
      const left = [...items]
      const work = async (): Promise<void> => {
        for (let item = left.pop(); item; item = left.pop()) await sdk.tasks.trigger('raw', item.payload)
      }
      await Promise.all(Array.from({ length: rawParallel }, work))
    },
    ours: () => client.sendJobs(items),
  }
}

function noMeasurements(): Measured {
  return { sendMs: [], doneMs: [], requests: 0 }
}

async function play(send: () => Promise<unknown>, server: LoopbackServer, into: Measured): Promise<void> {
  const [runsBefore, requestsBefore] = [server.runs().length, server.requests.length]
  const startedAt = performance.now()
  await send()
  into.sendMs.push(performance.now() - startedAt)
  const made = () => server.runs().slice(runsBefore)
  while (made().length < burst || made().some(({ completedAt }) => completedAt === undefined)) await sleep(pollMs)
  into.doneMs.push(performance.now() - startedAt)
  const ids = made().map(({ friendlyId }) => friendlyId)
  into.requests += server.requests
    .slice(requestsBefore)
    .filter(({ path }) => /\/trigger$|\/waitpoints\//.test(path) || ids.some((id) => path.includes(id))).length
}

function rowsOf(ours: Measured, raw: Measured): BenchRow[] {
  const requests = ({ requests: all }: Measured): string => (all / (rounds * burst)).toFixed(2)
  return [
    ratioRow(`${burst} sends`, ours.sendMs, raw.sendMs),
    ratioRow(`${burst} jobs until done`, ours.doneMs, raw.doneMs),
    {
      name: `Trigger.dev: ${burst} jobs: HTTP requests per job`,
      figure: requests(ours),
      detail: `the SDK alone ${requests(raw)}`,
    },
  ]
}

function ratioRow(title: string, ours: readonly number[], raw: readonly number[]): BenchRow {
  const ratios = ours.map((ms, index) => ms / raw[index]!)
  const middle = `${quantile(ratios, 0.25).toFixed(2)}…${quantile(ratios, 0.75).toFixed(2)}`
  return {
    name: `Trigger.dev: ${title}`,
    figure: `${median(ratios).toFixed(2)}× (${middle})`,
    detail: `≤ 1.1× the SDK alone; ${median(ours).toFixed(0)} against ${median(raw).toFixed(0)} ms`,
  }
}
