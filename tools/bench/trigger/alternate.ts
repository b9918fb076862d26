import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { createLoopbackServer, type LoopbackServer, startCliWorker } from '@cgk-platform/jobs-trigger/loopback'

import { type Contender, createContenders } from './contenders.ts'

/** What one contender took, job by job. */
export interface Measured {
  /** From the call of the send to the beginning of its first handler. */
  readonly beginMs: number[]
  /** And to the end of its last run. */
  readonly endMs: number[]
  runs: number
  /** HTTP requests of the sender. */
  sends: number
  /** HTTP requests that name one of its runs: attempts, metadata, runs made by a run. */
  ofRuns: number
}

/** Everyone who takes part. */
export type Name = keyof ReturnType<typeof createContenders>

const pollMs = 2

/** The loopback server answers at once. So much later, a task of the SDK's begins as on the real server, after some 100 ms. */
const serverMs: readonly (readonly [path: RegExp, delayMs: number])[] = [
  [/\/trigger$/, 20],
  [/\/attempts\/start$/, 60],
  [/\/attempts\/complete$/, 20],
]

/** Plays rounds in which each contender sends one job, in turns, over the loopback server and one kept process of the CLI worker. */
export async function alternate(rounds: number, warmUps: number): Promise<Record<Name, Measured>> {
  const server = await createLoopbackServer()
  for (const [path, delayMs] of serverMs) server.fault({ path }, { kind: 'delay', delayMs })
  const projectDir = join(import.meta.dirname, 'project')
  const worker = await startCliWorker({ server, projectDir, maxConcurrentRuns: 1 })
  try {
    const contenders = createContenders(server)
    const names = Object.keys(contenders) as Name[]
    const measured = Object.fromEntries(names.map((name) => [name, nothing()])) as Record<Name, Measured>
    for (let round = -warmUps; round < rounds; round++) {
      // Who comes later finds the machine warmer, so the first changes.
      const turn = (round + warmUps) % names.length
      for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
        await play(contenders[name], server, round < 0 ? nothing() : measured[name])
      }
    }
    return measured
  } finally {
    await worker.close()
    await server.close()
  }
}

function nothing(): Measured {
  return { beginMs: [], endMs: [], runs: 0, sends: 0, ofRuns: 0 }
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
  const begun = made().flatMap(({ output }) => begunAt(output?.data) ?? [])
  if (begun.length !== contender.attempts) throw new Error(`${begun.length} handlers told when they began.`)
  into.beginMs.push(Math.min(...begun) - sentAt)
  into.endMs.push(endedAt - sentAt)
  into.runs += made().length
  const requests = server.requests.slice(requestsBefore)
  into.sends += requests.filter(({ fromWorker }) => !fromWorker).length
  const ids = made().map(({ friendlyId }) => friendlyId)
  into.ofRuns += requests.filter(
    ({ fromWorker, path }) => fromWorker && (path.endsWith('/trigger') || ids.some((id) => path.includes(id))),
  ).length
}

/** What a handler of the bench returned, as the SDK puts it into text. */
function begunAt(text: string | undefined): number | undefined {
  const { json } = JSON.parse(text ?? '{}') as { json?: { begunAt?: number } }
  return json?.begunAt
}
