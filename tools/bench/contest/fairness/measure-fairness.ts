import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { batchSize, type ContenderOptions } from 'bench-peers/contender'

import { median } from '../../statistics.ts'
import { NotRunError } from '../../report/not-run-error.ts'
import { startProcess } from '../start-process.ts'
import type { FairRequest, FairSend, Start } from './fair-process.ts'

/** When the quiet tenants send their jobs, of which each has one. */
export type Timing = 'at once' | 'beside' | 'at one time' | 'later'

/** Number of jobs of the loud tenant. */
export const loudJobs: Readonly<Record<Timing, number>> = {
  'at once': 100_000,
  beside: 100_000,
  'at one time': 50_000,
  later: 100_000,
}
/** Number of tenants that send one job each. */
export const quietTenants = 100
/** Number of jobs that run at once. */
export const slots = 60

const maxMs = 60_000
/** Time in which the engine creates the runs of the loud tenant, so that they wait. */
const settleMs = 6_000
/** Time until jobs with one `runAt` are due. All must have been sent before. */
const untilDueMs = 20_000

/** When the jobs of the quiet tenants started, in rounds: starts of the loud tenant since then, divided by the slots. */
export interface Fairness {
  readonly median: number
  readonly worst: number
  /** False if some had not started after a minute. Then the rounds until then count. */
  readonly isComplete: boolean
  /** Number of jobs of the loud tenant that had not started when the quiet ones sent theirs. */
  readonly waiting: number
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

/** The jobs of the loud tenant. */
export interface LoudLoad {
  readonly loud: number
  /** Time before the others send later, in milliseconds. */
  readonly settleMs: number
}

/** Sends the jobs of the loud tenant and those of the others. Waits until all of the others started. */
export async function measureFairness(
  processes: readonly StartedProcess[],
  timing: Timing,
  load: LoudLoad = { loud: loudJobs[timing], settleMs },
): Promise<Fairness> {
  const { loud } = load
  const sentAtMs = await sendLoudAndQuiet(processes[0]!, timing, load)
  const isQuiet = ([number]: Start): boolean => number >= loud
  const starts = await collect(processes, (all) => all.filter(isQuiet).length >= quietTenants)
  const started = starts.filter((start) => !isQuiet(start) && start[1] <= sentAtMs).length
  return { ...fairnessOf(starts, { isQuiet, fromMs: sentAtMs, quiet: quietTenants }), waiting: loud - started }
}

/** Returns when the jobs of the quiet tenants were sent and due. */
async function sendLoudAndQuiet(
  sender: StartedProcess,
  timing: Timing,
  { loud, settleMs: settle }: LoudLoad,
): Promise<number> {
  const runAtMs = timing === 'at one time' ? Date.now() + untilDueMs : undefined
  const of = (from: number, to: number): Payload[] => jobsOf(from, to - from, () => 'loud')
  const quiet = jobsOf(loud, quietTenants, (index) => `quiet-${index}`)
  if (timing === 'beside') {
    await sendAll(sender, of(0, loud - batchSize))
    const answer = await sender.ask({ send: of(loud - batchSize, loud), beside: quiet })
    return (answer as { sentAtMs: number }).sentAtMs
  }
  await sendAll(sender, of(0, loud), runAtMs)
  if (timing === 'later') await pause(settle)
  const sentAtMs = await sendAll(sender, quiet, runAtMs)
  if (runAtMs === undefined) return sentAtMs
  if (sentAtMs > runAtMs) throw new NotRunError(`the sends took longer than ${untilDueMs / 1000} s`)
  await pause(runAtMs - Date.now())
  return runAtMs
}

/**
 * Counts for each job of a quiet tenant the jobs of the loud one that started before it.
 *
 * @param starts - in the order of time
 */
export function fairnessOf(
  starts: readonly Start[],
  { isQuiet, fromMs, quiet }: { isQuiet: (start: Start) => boolean; fromMs: number; quiet: number },
): Omit<Fairness, 'waiting'> {
  let loud = 0
  const rounds: number[] = []
  for (const start of starts) {
    if (isQuiet(start)) rounds.push(loud / slots)
    else if (start[1] > fromMs) loud++
  }
  const missing = quiet - rounds.length
  const all = [...rounds, ...Array.from({ length: missing }, () => loud / slots)]
  return { median: median(all), worst: Math.max(...all), isComplete: missing === 0 }
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

type Payload = FairSend['send'][number]

function jobsOf(from: number, count: number, tenantOf: (index: number) => string): Payload[] {
  return Array.from({ length: count }, (_, index) => ({
    tenantId: tenantOf(index),
    event: 'Product Viewed',
    userId: String(from + index),
  }))
}

async function sendAll(sender: StartedProcess, payloads: readonly Payload[], runAtMs?: number): Promise<number> {
  let sentAtMs = 0
  for (let sent = 0; sent < payloads.length; sent += batchSize) {
    const answer = await sender.ask({ send: payloads.slice(sent, sent + batchSize), runAtMs })
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
