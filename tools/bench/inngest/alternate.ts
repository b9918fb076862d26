import { createLoopbackEngine, type LoggedRequest, type LoopbackDelays } from '@cgk-platform/jobs-inngest/loopback'
import { Inngest } from 'inngest'

import { type BenchApp, quiet } from './bench-app.ts'
import { openOurs } from './ours.ts'
import { openRaw } from './raw.ts'

/** What is measured in each round, and how often. */
export interface Plan {
  /** The longer an engine has run, the more runs it looks through when it is asked for some. */
  readonly engines: number
  /** On each engine. */
  readonly rounds: number
  readonly warmUps: number
  /** Jobs sent one after the other, each when the one before has ended. */
  readonly singles: number
  /** Jobs sent in one call. */
  readonly batch: number
  /** Default: as the real server was measured. */
  readonly delays?: LoopbackDelays
}

/** What one app took, and asked for. */
export interface Measured {
  /** Of each job sent by itself: from the call of the send to its handler, and to the answer for its run. */
  readonly beginMs: number[]
  readonly endMs: number[]
  /** Of each round: from the call of the send to the answer for the batch's last run. */
  readonly batchMs: number[]
  /** What the whole process worked meanwhile, which other programs on the machine do not lengthen. */
  readonly batchCpuMs: number[]
  readonly requests: LoggedRequest[]
}

/** Plays rounds with the SDK alone and with ours in turns, on one engine after the other. */
export async function alternate(plan: Plan): Promise<{ raw: Measured; ours: Measured }> {
  const measured = { raw: nothing(), ours: nothing() }
  for (let engines = 0; engines < plan.engines; engines++) await playOnEngine(plan, measured)
  return measured
}

async function playOnEngine(plan: Plan, measured: { raw: Measured; ours: Measured }): Promise<void> {
  const engine = await createLoopbackEngine(plan.delays ? { delays: plan.delays } : {})
  const connect = (id: string): Inngest.Any => new Inngest({ id, baseUrl: engine.url, isDev: true, logger: quiet })
  const apps = { raw: await openRaw(connect('raw')), ours: await openOurs(connect('ours')) }
  for (let round = -plan.warmUps; round < plan.rounds; round++) {
    // Who comes second finds the machine warmer, so they take turns.
    for (const name of round % 2 === 0 ? (['raw', 'ours'] as const) : (['ours', 'raw'] as const)) {
      const before = engine.requests.length
      const into = round < 0 ? nothing() : measured[name]
      await playRound(apps[name], plan, into)
      // An answer that the app has given is not yet one that the engine has read, and logged.
      const runs = plan.singles + plan.batch
      while (countOut(engine.requests.slice(before)) < runs) await new Promise((resolve) => setTimeout(resolve, 5))
      into.requests.push(...engine.requests.slice(before))
    }
  }
  await Promise.all([apps.raw.close(), apps.ours.close()])
  await engine.close()
}

function countOut(requests: readonly LoggedRequest[]): number {
  return requests.filter(({ direction }) => direction === 'out').length
}

function nothing(): Measured {
  return { beginMs: [], endMs: [], batchMs: [], batchCpuMs: [], requests: [] }
}

async function playRound(app: BenchApp, { singles, batch }: Plan, into: Measured): Promise<void> {
  const send = async (count: number, beginMs: number[], endMs: number[]): Promise<void> => {
    const began = performance.now()
    const note = (list: number[]) => () => void list.push(performance.now() - began)
    await Promise.all([app.begun(count).then(note(beginMs)), app.ended(count).then(note(endMs)), app.send(count)])
  }
  for (let sent = 0; sent < singles; sent++) await send(1, into.beginMs, into.endMs)
  const before = process.cpuUsage()
  await send(batch, [], into.batchMs)
  const { user, system } = process.cpuUsage(before)
  into.batchCpuMs.push((user + system) / 1000)
}
