import type { JobClient } from '@cgk-platform/jobs-core'
import type { Clock, Envelope, ClientOptions } from '@cgk-platform/jobs-core/provider'

/** A provider under test. It opens an engine that runs the suite's jobs, with a client. */
export interface ConformanceTarget {
  /** The name in the report. */
  readonly name: string
  /**
   * Opens a separate engine, or connects to a shared server. Its host runs `conformanceJobs(capabilities)` in this
   * process, or in another one that gets the journal's path in `CONFORMANCE_JOURNAL`.
   */
  open(options: ConformanceOpenOptions): Promise<ConformanceEngine>
  /**
   * Whether to run cases in parallel. Set it on engines with real time. With a virtual clock, cases would disturb
   * each other. Default false.
   */
  readonly concurrent?: boolean
  /** Maximum time to wait for an expected change, in milliseconds of engine time. Default 30,000. */
  readonly waitLimitMs?: number
  /**
   * Additional tolerance for a busy machine, in milliseconds. Default 3,000, or 0 if the engine has its own `clock`.
   */
  readonly busyMs?: number
  /** Creates the client that the package creates by default, without any configuration. */
  createDefault?(): JobClient
}

/** Settings for opening an engine. */
export interface ConformanceOpenOptions {
  /** The file that handlers write to. A host in another process gets it as `CONFORMANCE_JOURNAL`. */
  readonly journalPath: string
}

/** An open engine. */
export interface ConformanceEngine {
  /** A client with the options of `conformanceOptions(capabilities)`. */
  readonly client: JobClient
  /** True if the process of the client has none of the suite's definitions. Default: it has them. */
  readonly hasNoDefinitions?: boolean
  /** Stops the engine and everything that was started for it. */
  close(): Promise<void>
  /** The clock of an engine with its own time, which handlers also use. Default: the system clock. */
  readonly clock?: Clock
  /** Advances the engine's time. Default: waits. */
  advance?(durationMs: number): Promise<void>
  /**
   * Creates a client of the same engine without definitions, as in a process that only sends. Closing it does not
   * stop the engine.
   */
  anotherClient?(): Promise<JobClient>
  /** Creates a client with other options, on the same engine or another one of its kind. */
  createClient?(options: ClientOptions): JobClient
  /** Runs the definitions of a client with other options, on the same engine or another one of its kind. */
  openHost?(options: ClientOptions): Promise<OwnHost>
  /**
   * Runs `work` in a transaction of an app on the engine's database. Rolls it back and rejects if `work` does. Until then, a
   * case awaits nothing but its sends.
   */
  inTransaction?<T>(work: (transaction: object) => Promise<T>): Promise<T>
  /** Sends an envelope like another producer, without the client's checks. Returns the job's id. */
  inject?(envelope: Envelope): Promise<string>
  /** Kills the engine's process, then restarts it with its stored data. */
  restart?(): Promise<void>
  /** Suspends the engine's process for a time, like a machine that sleeps. */
  suspend?(durationMs: number): Promise<void>
  /**
   * Ends the hosts that run the suite's jobs, as a deploy does, and starts ones with the code of another generation:
   * `conformanceJobs(capabilities, { generation })`. The engine opens with generation 0.
   */
  deploy?(generation: number): Promise<void>
  /** Runs a host with the code of another generation beside one with the current one, until the next `deploy`. */
  deployBeside?(generation: number): Promise<void>
}

/** A host with its own client. */
export interface OwnHost {
  /** The client with the options of the host. */
  readonly client: JobClient
  /** Creates another client of the same engine, which only sends and reads. */
  other(options: ClientOptions): JobClient
  /** Ends the host and its client. */
  close(): Promise<void>
}

/** Optional equipment of a target that cases can require. */
export type Equipment =
  | 'definitions'
  | 'anotherClient'
  | 'createClient'
  | 'openHost'
  | 'inTransaction'
  | 'inject'
  | 'restart'
  | 'suspend'
  | 'deploy'
  | 'deployBeside'
  | 'createDefault'
