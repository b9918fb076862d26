import { setTimeout as pause } from 'node:timers/promises'

import type { ContenderOptions, LoadModule, LoadProcess, LoadRole } from 'bench-peers/contender'

/** Payloads of jobs. */
type Payloads = Parameters<LoadProcess['send']>[0]

/** A request to send jobs, and others in a send of their own at the same time. */
export interface FairSend {
  readonly send: Payloads
  readonly beside?: Payloads
  /** When all jobs are due, in milliseconds of the machine's clock. Default: at once. */
  readonly runAtMs?: number | undefined
}

/** A request to a process of the measurement of fairness. */
export type FairRequest = FairSend | 'collect' | 'close'

/** A start of a job: its number, and the machine's time in milliseconds. */
export type Start = readonly [number: number, atMs: number]

/** Duration of each job, in milliseconds. */
const durationMs = 10

// A process that sends the requested jobs, or runs jobs and reports when they started.
const [module = '', options = '', role = ''] = process.argv.slice(2)
const reply = (answer: unknown): void => void process.send?.(answer)
let starts: Start[] = []
try {
  const { openLoad } = (await import(module)) as LoadModule
  const opened = await openLoad(JSON.parse(options) as ContenderOptions, role as LoadRole, async (number) => {
    starts.push([number, performance.timeOrigin + performance.now()])
    await pause(durationMs)
  })
  process.on('message', (request: FairRequest) => {
    if (request === 'collect') {
      reply(starts)
      starts = []
    } else if (request === 'close') {
      void opened.close().finally(() => process.exit())
    } else {
      const { send, beside, runAtMs } = request
      const runAt = runAtMs === undefined ? undefined : new Date(runAtMs)
      const sent = opened.send(send, runAt)
      const last = beside ? opened.send(beside, runAt) : sent
      const sentAt = last.then(() => performance.timeOrigin + performance.now())
      Promise.all([sentAt, sent]).then(
        ([sentAtMs]) => reply({ sentAtMs }),
        (error: unknown) => reply({ problem: String(error) }),
      )
    }
  })
  reply({ ready: true })
} catch (error) {
  reply({ problem: String(error) })
  process.disconnect()
}
