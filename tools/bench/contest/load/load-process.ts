import type { ContenderOptions, LoadModule, LoadRole } from 'bench-peers/contender'

import { flood, type Flood } from './flood.ts'
import { sendAtRate, type SendAtRate } from './send-at-rate.ts'
import { sendSparsely, type SendSparsely } from './send-sparsely.ts'

/** A request to a process under load. */
export type LoadRequest =
  | { readonly send: SendAtRate }
  | { readonly sparsely: SendSparsely }
  | { readonly flood: Flood }
  | 'collect'
  | 'close'

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
let starts = 0
try {
  const { openLoad } = (await import(module)) as LoadModule
  const opened = await openLoad(JSON.parse(options) as ContenderOptions, role as LoadRole, (dueMs) => {
    lastMs = nowMs()
    starts++
    latenciesMs.push(lastMs - dueMs)
  })
  process.on('message', (request: LoadRequest) => {
    if (request === 'collect') {
      reply({ latenciesMs, lastMs } satisfies Started)
      latenciesMs = []
    } else if (request === 'close') {
      void opened.close().finally(() => process.exit())
    } else {
      const answer =
        'send' in request
          ? sendAtRate(opened, request.send)
          : 'sparsely' in request
            ? sendSparsely(opened, request.sparsely)
            : flood(opened, request.flood, () => starts)
      answer.then(reply, (error: unknown) => reply({ problem: String(error) }))
    }
  })
  reply({ ready: true })
} catch (error) {
  reply({ problem: String(error) })
  process.disconnect()
}
