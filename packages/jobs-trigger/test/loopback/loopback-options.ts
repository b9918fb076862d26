import type { BackgroundWorkerRecord } from './background-workers.ts'
import type { Fault, FaultMatch } from './faults.ts'
import type { RecordedRequest } from './request-log.ts'
import type { Run } from './run.ts'

/** How a loopback server differs from the usual one. */
export interface LoopbackServerOptions {
  /** Default: one of its own. */
  readonly secretKey?: string
  /** Of the CLI. Default: one of its own. */
  readonly accessToken?: string
  readonly projectRef?: string
  /** Default: a free one. */
  readonly port?: number
  /** How long a worker pauses between two requests for work; default 20. */
  readonly pollMs?: number
  /** How long the items of a batch wait before runs are made of them, as in a queue of the real server; default 50. */
  readonly batchLagMs?: number
  /** How much later than a run's end the metadata shows that came along with it; default 50, as measured. */
  readonly metadataLagMs?: number
  /** By how much a list of runs is behind; default 300, as measured. A run that is read by its id is up to date. */
  readonly listLagMs?: number
  /** The server's wall clock; default `Date.now`. It may jump: what became due meanwhile happens late and once. */
  readonly now?: () => number
  /** How long a worker may be silent; default 60 s before an attempt began, 300 s in one. */
  readonly stallMs?: { readonly pendingMs?: number; readonly executingMs?: number }
  /** Faults from the start. */
  readonly faults?: readonly { readonly match: FaultMatch; readonly fault: Fault }[]
}

/** A Trigger.dev server on this machine, for tests. */
export interface LoopbackServer {
  readonly url: string
  readonly secretKey: string
  readonly accessToken: string
  readonly projectRef: string
  /** Every request so far, in the order of their ends. */
  readonly requests: readonly RecordedRequest[]
  /** Makes requests go wrong; the answer compensates it. */
  fault(match: FaultMatch, fault: Fault): () => void
  /** Every run, oldest first. */
  runs(): readonly Readonly<Run>[]
  /** The registered versions of tasks, oldest first. */
  workers(): readonly BackgroundWorkerRecord[]
  /** How many CLI workers hold a socket. */
  connectedWorkers(): number
  /** Ends without a farewell and starts again, on the same address and on what it had stored, once `meanwhile` is done. */
  restart(meanwhile?: () => void | Promise<void>): Promise<void>
  /** Throws where an answer broke the vendor's schema, or an endpoint was asked for that is not there. */
  close(): Promise<void>
}
