import type { ContenderOptions, LoadModule, LoadRole } from 'bench-peers/contender'

import { sendAtRate, type SendAtRate } from './send-at-rate.ts'

/** A request to a process under load. */
export type LoadRequest = { readonly send: SendAtRate } | 'collect' | 'close'

/** The jobs that started since the last request. */
export interface Started {
  /** Times from the due time of the send to the start of the handler, in milliseconds. */
  readonly latenciesMs: readonly number[]
  /** The machine's time of the last start, in milliseconds. */
  readonly lastMs: number
}

// A process under load: it sends at the requested rate, or runs jobs and reports when they started.
const [module = '', options = '', role = ''] = process.argv.slice(2)
const reply = (answer: unknown): void => void process.send?.(answer)
const nowMs = (): number => performance.timeOrigin + performance.now()

let latenciesMs: number[] = []
let lastMs = 0
try {
  const { openLoad } = (await import(module)) as LoadModule
  const opened = await openLoad(JSON.parse(options) as ContenderOptions, role as LoadRole, (dueMs) => {
    lastMs = nowMs()
    latenciesMs.push(lastMs - dueMs)
  })
  process.on('message', (request: LoadRequest) => {
    if (request === 'collect') {
      reply({ latenciesMs, lastMs } satisfies Started)
      latenciesMs = []
    } else if (request === 'close') {
      void opened.close().finally(() => process.exit())
    } else {
      sendAtRate(opened, request.send).then(reply, (error: unknown) => reply({ problem: String(error) }))
    }
  })
  reply({ ready: true })
} catch (error) {
  reply({ problem: String(error) })
  process.disconnect()
}
