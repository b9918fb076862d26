import { createLoopbackEngine, type LoggedRequest, type LoopbackDelays } from '@cgk-platform/inngest-loopback'
import { Inngest } from 'inngest'

import { type BenchApp, quiet } from './bench-app.ts'
import { openLibraryApp } from './open-library-app.ts'
import { openSdkApp } from './open-sdk-app.ts'

/** The rounds of a measurement. */
export interface Plan {
  /** Number of loopback engines, one after another. A new one is faster, because it has fewer runs to search. */
  readonly engines: number
  /** Rounds on each engine. */
  readonly rounds: number
  readonly warmUps: number
  /** Jobs sent one at a time, each after the previous one has ended. */
  readonly singles: number
  /** Jobs sent in one call. */
  readonly batch: number
  /** @default The delays that were measured on the real server. */
  readonly delays?: LoopbackDelays
}

/** The measurements of one app. */
export interface Measured {
  /** Time from the send of each single job to its handler, in milliseconds. */
  readonly handlerMs: number[]
  /** Time from the send of each single job to the response for its run, in milliseconds. */
  readonly endMs: number[]
  /** Time of each round from the send of the batch to the response for its last run, in milliseconds. */
  readonly batchMs: number[]
  /** CPU time of the process for each batch, in milliseconds. Other programs on the machine do not add to it. */
  readonly batchCpuMs: number[]
  readonly requests: LoggedRequest[]
}

/** Measures the SDK alone and this library in turns, on one engine after the other. */
export async function alternate(plan: Plan): Promise<{ raw: Measured; ours: Measured }> {
  const measured = { raw: noMeasurements(), ours: noMeasurements() }
  for (let engines = 0; engines < plan.engines; engines++) await playOnEngine(plan, measured)
  return measured
}

async function playOnEngine(plan: Plan, measured: { raw: Measured; ours: Measured }): Promise<void> {
  const engine = await createLoopbackEngine(plan.delays ? { delays: plan.delays } : {})
  const connect = (id: string): Inngest.Any => new Inngest({ id, baseUrl: engine.url, isDev: true, logger: quiet })
  const apps = { raw: await openSdkApp(connect('raw')), ours: await openLibraryApp(connect('ours')) }
  for (let round = -plan.warmUps; round < plan.rounds; round++) {
    // The second app runs on a warmer machine, so the order alternates.
    for (const name of round % 2 === 0 ? (['raw', 'ours'] as const) : (['ours', 'raw'] as const)) {
      const before = engine.requests.length
      const into = round < 0 ? noMeasurements() : measured[name]
      await playRound(apps[name], plan, into)
      // The engine reads and logs a response after the app has sent it.
      const runs = plan.singles + plan.batch
      while (countRunRequests(engine.requests.slice(before)) < runs)
        await new Promise((resolve) => setTimeout(resolve, 5))
      into.requests.push(...engine.requests.slice(before))
    }
  }
  await Promise.all([apps.raw.close(), apps.ours.close()])
  await engine.close()
}

function countRunRequests(requests: readonly LoggedRequest[]): number {
  return requests.filter(({ direction }) => direction === 'out').length
}

function noMeasurements(): Measured {
  return { handlerMs: [], endMs: [], batchMs: [], batchCpuMs: [], requests: [] }
}

async function playRound(app: BenchApp, { singles, batch }: Plan, into: Measured): Promise<void> {
  const send = async (count: number, handlerMs: number[], endMs: number[]): Promise<void> => {
    const startedAt = performance.now()
    const note = (list: number[]) => () => void list.push(performance.now() - startedAt)
    await Promise.all([app.started(count).then(note(handlerMs)), app.ended(count).then(note(endMs)), app.send(count)])
  }
  for (let sent = 0; sent < singles; sent++) await send(1, into.handlerMs, into.endMs)
  const before = process.cpuUsage()
  await send(batch, [], into.batchMs)
  const { user, system } = process.cpuUsage(before)
  into.batchCpuMs.push((user + system) / 1000)
}
