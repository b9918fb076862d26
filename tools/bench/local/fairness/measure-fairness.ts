import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { batchSize, type ContenderOptions } from 'bench-peers/contender'

import { median } from '../../statistics.ts'
import { startProcess } from '../load/start-process.ts'
import type { FairRequest, Start } from './fair-process.ts'

/** Number of jobs of the loud tenant. */
export const loudJobs = 100_000
/** Number of tenants that send one job each after those. */
export const quietTenants = 100
/** Number of jobs that run at once. */
export const slots = 60

const maxMs = 60_000
/** Time in which the engine creates the runs of the loud tenant, so that they wait. */
const settleMs = 6_000

/** When the jobs of the quiet tenants started, in rounds: starts of any job since they were sent, divided by the slots. */
export interface Fairness {
  readonly median: number
  readonly worst: number
  /** False if some had not started after a minute. Then the rounds until then count. */
  readonly isComplete: boolean
}

/** The processes of a contender. They stop when the bench clears its environment. */
export type StartedProcess = Awaited<ReturnType<typeof startProcess<FairRequest>>>

/** Starts one process that sends and works, or one that sends and several that work. The first one sends. */
export async function startFair(
  module: string,
  options: ContenderOptions,
  workers: number | undefined,
): Promise<StartedProcess[]> {
  const file = join(import.meta.dirname, 'fair-process.ts')
  const processes = [await startProcess<FairRequest>(file, module, options, workers === undefined ? 'both' : 'send')]
  for (let count = 0; count < (workers ?? 0); count++)
    processes.push(await startProcess<FairRequest>(file, module, options, 'work'))
  return processes
}

/** Sends the jobs of the loud tenant, and those of the others when they wait. Waits until all of the others started. */
export async function measureFairness(processes: readonly StartedProcess[]): Promise<Fairness> {
  const sender = processes[0]!
  await sendAll(
    sender,
    jobsOf(0, loudJobs, () => 'loud'),
  )
  await pause(settleMs)
  const quiet = jobsOf(loudJobs, quietTenants, (index) => `quiet-${index}`)
  const sentAtMs = await sendAll(sender, quiet)
  const isQuiet = ([number]: Start): boolean => number >= loudJobs
  const starts = await collect(processes, (all) => all.filter(isQuiet).length >= quietTenants)
  const later = starts.filter(([, atMs]) => atMs > sentAtMs)
  const rounds = later.flatMap((start, index) => (isQuiet(start) ? [index / slots] : []))
  const early = starts.filter(isQuiet).length - rounds.length // started before the send was answered
  const missing = quietTenants - rounds.length - early
  const all = [...repeat(0, early), ...rounds, ...repeat(later.length / slots, missing)]
  return { median: median(all), worst: Math.max(...all), isComplete: missing === 0 }
}

function repeat(value: number, count: number): number[] {
  return Array.from({ length: count }, () => value)
}

/** Sends as many jobs of each tenant by turns. Returns the share of a tenant in the starts while both have jobs. */
export async function measureShare(
  processes: readonly StartedProcess[],
  tenantIds: readonly [string, string],
  jobs: number,
): Promise<number> {
  await sendAll(
    processes[0]!,
    jobsOf(0, jobs * 2, (index) => tenantIds[index % 2]!),
  )
  const starts = await collect(processes, (all) => all.length >= jobs)
  const measured = starts.slice(jobs / 10, jobs)
  return measured.filter(([number]) => number % 2 === 0).length / measured.length
}

type Payload = Extract<FairRequest, { send: unknown }>['send'][number]

function jobsOf(from: number, count: number, tenantOf: (index: number) => string): Payload[] {
  return Array.from({ length: count }, (_, index) => ({
    tenantId: tenantOf(index),
    event: 'Product Viewed',
    userId: String(from + index),
  }))
}

async function sendAll(sender: StartedProcess, payloads: readonly Payload[]): Promise<number> {
  let sentAtMs = 0
  for (let sent = 0; sent < payloads.length; sent += batchSize) {
    const answer = await sender.ask({ send: payloads.slice(sent, sent + batchSize) })
    ;({ sentAtMs } = answer as { sentAtMs: number })
  }
  return sentAtMs
}

/** Collects starts until they are enough, or for a minute. Returns them in order of time. */
async function collect(processes: readonly StartedProcess[], isEnough: (all: Start[]) => boolean): Promise<Start[]> {
  const starts: Start[] = []
  const deadline = performance.now() + maxMs
  for (;;) {
    for (const one of processes) for (const start of (await one.ask('collect')) as Start[]) starts.push(start)
    if (isEnough(starts) || performance.now() > deadline) return starts.toSorted(([, a], [, b]) => a - b)
    await pause(50)
  }
}
