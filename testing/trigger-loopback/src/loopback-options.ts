import type { BackgroundWorkerRecord } from './background-workers.ts'
import type { Fault, FaultMatch } from './faults.ts'
import type { RateLimitOptions } from './rate-limit.ts'
import type { RecordedRequest } from './request-log.ts'
import type { Run } from './run.ts'

/** Options of a loopback server. */
export interface LoopbackServerOptions {
  /** The secret key of the environment. Default: a generated one. */
  readonly secretKey?: string
  /** The personal access token of the CLI. Default: a generated one. */
  readonly accessToken?: string
  readonly projectRef?: string
  /** The port. Default: a free one. */
  readonly port?: number
  /** Pause of a worker between two dequeue requests, in milliseconds. Default 20. */
  readonly pollMs?: number
  /** Delay before the runs of a batch are created, in milliseconds. The real server queues them. Default 50. */
  readonly batchLagMs?: number
  /** Delay between the end of a run and the visibility of its metadata, in milliseconds. Default 50, as measured. */
  readonly metadataLagMs?: number
  /** Lag of run lists, in milliseconds. Default 300, as measured. A read by id has no lag. */
  readonly listLagMs?: number
  /** The server's clock. Default `Date.now`. It may jump: everything that became due then happens late and once. */
  readonly now?: () => number
  /** Maximum time between heartbeats. Default 60 s before an attempt starts, 300 s during one. */
  readonly stallMs?: { readonly pendingMs?: number; readonly executingMs?: number }
  /** Interval at which the server hands runs to its workers, as in deployed environments. Default: at once. */
  readonly passMs?: number
  /** The rate limit of the environment's requests. Default: none. */
  readonly rateLimit?: RateLimitOptions
  /** Initial faults. */
  readonly faults?: readonly { readonly match: FaultMatch; readonly fault: Fault }[]
}

/** A Trigger.dev server for tests on this machine. */
export interface LoopbackServer {
  readonly url: string
  readonly secretKey: string
  readonly accessToken: string
  readonly projectRef: string
  /** All completed requests, in the order of their completion. */
  readonly requests: readonly RecordedRequest[]
  /** Makes requests fail. Returns a function that ends this. */
  fault(match: FaultMatch, fault: Fault): () => void
  /** Returns all runs, oldest first. */
  runs(): readonly Readonly<Run>[]
  /** Returns the registered versions of tasks, oldest first. */
  workers(): readonly BackgroundWorkerRecord[]
  /** Returns the number of CLI workers with an open socket. */
  connectedWorkers(): number
  /** Stops abruptly, awaits `whileStopped`, and restarts at the same address with its stored state. */
  restart(whileStopped?: () => void | Promise<void>): Promise<void>
  /** Closes the server. Throws if a response broke Trigger.dev's schema, or if a requested endpoint does not exist. */
  close(): Promise<void>
}
