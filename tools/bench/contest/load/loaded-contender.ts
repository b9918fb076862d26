import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import type { ContenderOptions } from 'bench-peers/contender'

import { quantile } from '../../statistics.ts'
import { NotRunError } from '../../report/not-run-error.ts'
import type { Flood } from './flood.ts'
import type { LoadRequest, Started } from './load-process.ts'
import type { SendSparsely } from './send-sparsely.ts'
import { startProcess } from '../start-process.ts'

/** The times from send to start of one round, in milliseconds. */
export interface Latency {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** A contender under load: one process in memory, otherwise one that sends and one or more that work. */
export interface LoadedContender {
  /** Returns jobs per second when a sender sends as fast as it can. */
  fullRate(jobs: number): Promise<number>
  /** Returns jobs per second, until all have started, when they are sent at a rate. */
  rateAt(rate: number, jobs: number): Promise<number>
  /** Sends at a rate for a time. */
  latencyAt(rate: number, seconds: number): Promise<Latency>
  /** Sends one job at a time. */
  latencyIdle(sends: SendSparsely): Promise<Latency>
  /** Keeps jobs waiting for a time. Returns how many start per second. One process must send and work. */
  rateUnder(load: Flood): Promise<number>
  stop(): Promise<void>
}

/** Starts the processes of a contender. Without `workers`, one process sends and works. */
export async function startLoaded(
  module: string,
  options: ContenderOptions,
  workers: number | undefined,
): Promise<LoadedContender> {
  const sender = await startProcess<LoadRequest>(file, module, options, workers === undefined ? 'both' : 'send')
  const working = workers === undefined ? [sender] : []
  for (let count = 0; count < (workers ?? 0); count++)
    working.push(await startProcess<LoadRequest>(file, module, options, 'work'))
  const isPrecise = workers === undefined

  const sendAndCollect = async (jobs: number, request: LoadRequest) => {
    const { startMs } = (await sender.ask(request)) as { startMs: number }
    const latenciesMs: number[] = []
    let lastMs = 0
    const deadline = performance.now() + maxDrainMs
    while (latenciesMs.length < jobs) {
      if (performance.now() > deadline) throw new NotRunError(`${jobs - latenciesMs.length} jobs did not start`)
      await pause(20)
      for (const worker of working) {
        const started = (await worker.ask('collect')) as Started
        latenciesMs.push(...started.latenciesMs)
        lastMs = Math.max(lastMs, started.lastMs)
      }
    }
    return { latenciesMs, durationMs: lastMs - startMs }
  }
  const sendAt = (rate: number, jobs: number) => sendAndCollect(jobs, { send: { jobs, rate, isPrecise } })
  const rateAt = async (rate: number, jobs: number): Promise<number> =>
    (jobs / (await sendAt(rate, jobs)).durationMs) * 1000
  return {
    fullRate: (jobs) => rateAt(Infinity, jobs),
    rateAt,
    async latencyAt(rate, seconds) {
      return latencyOf(await sendAt(rate, Math.round(rate * seconds)))
    },
    async latencyIdle(sparsely) {
      return latencyOf(await sendAndCollect(sparsely.jobs, { sparsely }))
    },
    async rateUnder(load) {
      const { rate } = (await sender.ask({ flood: load })) as { rate: number }
      return rate
    },
    async stop() {
      for (const one of new Set([...working, sender])) await one.stop()
    },
  }
}

function latencyOf({ latenciesMs }: { readonly latenciesMs: readonly number[] }): Latency {
  return { p50: quantile(latenciesMs, 0.5), p99: quantile(latenciesMs, 0.99), max: Math.max(...latenciesMs) }
}

const file = join(import.meta.dirname, 'load-process.ts')
const maxDrainMs = 20_000
