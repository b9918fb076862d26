import { setTimeout as sleep } from 'node:timers/promises'

import type { LoopbackServer } from '@cgk-platform/trigger-loopback'

import { type Contender, createContenders } from './contenders.ts'
import { openServer, openWorker } from './open-worker.ts'

/** The measurements of one contender, job by job. */
export interface Measured {
  /** Time from the send to the start of the first handler, in milliseconds. */
  readonly handlerMs: number[]
  /** Time from the send to the end of the last run, in milliseconds. */
  readonly endMs: number[]
  runs: number
  /** HTTP requests of the sender. */
  senderRequests: number
  /** HTTP requests about its runs: attempts, metadata, waits, runs that a run starts. */
  runRequests: number
}

/** The name of a contender. */
export type Name = keyof ReturnType<typeof createContenders>

const pollMs = 2

/**
 * Measures rounds in which each contender sends one job, in turns. All use one loopback server and one reused process
 * of the CLI worker.
 */
export async function alternate(rounds: number, warmUps: number): Promise<Record<Name, Measured>> {
  const server = await openServer()
  const worker = await openWorker(server, 1)
  try {
    const contenders = createContenders(server)
    const names = Object.keys(contenders) as Name[]
    const measured = Object.fromEntries(names.map((name) => [name, noMeasurements()])) as Record<Name, Measured>
    for (let round = -warmUps; round < rounds; round++) {
      // Later contenders run on a warmer machine, so the order rotates.
      const turn = (round + warmUps) % names.length
      for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
        await play(contenders[name], server, round < 0 ? noMeasurements() : measured[name])
      }
    }
    return measured
  } finally {
    await worker.close()
    await server.close()
  }
}

function noMeasurements(): Measured {
  return { handlerMs: [], endMs: [], runs: 0, senderRequests: 0, runRequests: 0 }
}

async function play(contender: Contender, server: LoopbackServer, into: Measured): Promise<void> {
  const [runsBefore, requestsBefore] = [server.runs().length, server.requests.length]
  const sentAt = performance.timeOrigin + performance.now()
  await contender.send()
  const made = () => server.runs().slice(runsBefore)
  while (made().length < contender.runs || made().some(({ completedAt }) => completedAt === undefined)) {
    await sleep(pollMs)
  }
  const endedAt = performance.timeOrigin + performance.now()
  const started = made().flatMap(({ output }) => readStartedAt(output?.data) ?? [])
  if (started.length !== contender.attempts)
    throw new Error(`${started.length} handlers reported their start instead of ${contender.attempts}.`)
  into.handlerMs.push(Math.min(...started) - sentAt)
  into.endMs.push(endedAt - sentAt)
  into.runs += made().length
  const requests = server.requests.slice(requestsBefore)
  into.senderRequests += requests.filter(({ fromWorker }) => !fromWorker).length
  const ids = made().map(({ friendlyId }) => friendlyId)
  into.runRequests += requests.filter(
    ({ fromWorker, path }) =>
      fromWorker && (/\/trigger$|\/waitpoints\//.test(path) || ids.some((id) => path.includes(id))),
  ).length
}

/** Reads the output of a handler of the bench from the SDK's serialized form. */
function readStartedAt(text: string | undefined): number | undefined {
  const { json } = JSON.parse(text ?? '{}') as { json?: { startedAt?: number } }
  return json?.startedAt
}
