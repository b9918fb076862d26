import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import type { ContenderOptions } from 'bench-peers/contender'

import { quantile } from '../../statistics.ts'
import { NotRunError } from '../not-run-error.ts'
import type { LoadRequest, Started } from './load-process.ts'
import { startProcess } from './start-process.ts'

/** The times from send to start of one round, in milliseconds. */
export interface Latency {
  readonly p50: number
  readonly p99: number
}

/** A contender under load: one process in memory, otherwise one that sends and one or more that work. */
export interface LoadedContender {
  /** Returns jobs per second when a sender sends as fast as it can. */
  fullRate(jobs: number): Promise<number>
  /** Returns jobs per second, until all have started, when they are sent at a rate. */
  rateAt(rate: number, jobs: number): Promise<number>
  /** Sends at a rate for a time. */
  latencyAt(rate: number, seconds: number): Promise<Latency>
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

  const sendAndCollect = async (jobs: number, rate: number) => {
    const { startMs } = (await sender.ask({ send: { jobs, rate, isPrecise } })) as { startMs: number }
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
  const rateAt = async (rate: number, jobs: number): Promise<number> =>
    (jobs / (await sendAndCollect(jobs, rate)).durationMs) * 1000
  return {
    fullRate: (jobs) => rateAt(Infinity, jobs),
    rateAt,
    async latencyAt(rate, seconds) {
      const { latenciesMs } = await sendAndCollect(Math.round(rate * seconds), rate)
      return { p50: quantile(latenciesMs, 0.5), p99: quantile(latenciesMs, 0.99) }
    },
    async stop() {
      for (const one of new Set([...working, sender])) await one.stop()
    },
  }
}

const file = join(import.meta.dirname, 'load-process.ts')
const maxDrainMs = 20_000
