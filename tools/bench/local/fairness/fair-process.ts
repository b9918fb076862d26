import { setTimeout as pause } from 'node:timers/promises'

import type { ContenderOptions, LoadModule, LoadProcess, LoadRole } from 'bench-peers/contender'

/** A request to a process of the measurement of fairness. */
export type FairRequest = { readonly send: Parameters<LoadProcess['send']>[0] } | 'collect' | 'close'

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
      opened.send(request.send).then(
        () => reply({ sentAtMs: performance.timeOrigin + performance.now() }),
        (error: unknown) => reply({ problem: String(error) }),
      )
    }
  })
  reply({ ready: true })
} catch (error) {
  reply({ problem: String(error) })
  process.disconnect()
}
