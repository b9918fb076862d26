import type { ClientOptions } from '../client/client-options.ts'
import type { JobClient } from '../client/job-client.ts'
import type { Envelope } from '../events/envelope.ts'
import type { Clock } from '../time/clock.ts'

/** A provider under test: how to get an engine that runs the suite's jobs, and a client of it. */
export interface ConformanceTarget {
  /** As the report names it. */
  readonly name: string
  /**
   * Opens an engine of its own, or joins a server that others use too. Its host runs `conformanceJobs(capabilities)`,
   * in this process or in another that has the journal's path in `CONFORMANCE_JOURNAL`.
   */
  open(setting: ConformanceSetting): Promise<ConformanceEngine>
  /** Run the cases side by side: right where time is real, wrong where a case's waiting moves the clock of the others. */
  readonly concurrent?: boolean
  /** How long a case waits for what it expects, and how late that may be on a busy machine, engine time. Default 30,000. */
  readonly patienceMs?: number
  /** How much later than the engine's tolerances things may happen on a busy machine. Default: 3,000, or 0 with a clock of the engine's own. */
  readonly busyMs?: number
  /** The client that the package's own face makes when nothing says which engine to take. */
  createDefault?(): JobClient
}

/** What an engine is opened with. */
export interface ConformanceSetting {
  /** The file that handlers write to; tell it a host in another process as `CONFORMANCE_JOURNAL`. */
  readonly journalPath: string
}

/** An open engine. */
export interface ConformanceEngine {
  /** Made with `conformanceOptions(capabilities)`. */
  readonly client: JobClient
  /** Ends the engine, and whatever was started for it. */
  close(): Promise<void>
  /** The clock of an engine whose time is not the machine's. Handlers wait by it too. */
  readonly clock?: Clock
  /** Lets this much of the engine's time go by. Default: waits. */
  pass?(durationMs: number): Promise<void>
  /** A client of the same engine that knows no definitions, as in a process that only sends. Closing it leaves the engine open. */
  anotherClient?(): Promise<JobClient>
  /** A client with options of its own, over the same engine or over another of its kind. */
  createClient?(options: ClientOptions): JobClient
  /** Hands an envelope to the engine as another producer might, past the checks of the client; answers the job's id. */
  inject?(envelope: Envelope): Promise<string>
  /** Ends the engine's process without a farewell, and starts it again on what it had stored. */
  restart?(): Promise<void>
  /** Lets time go by in which the engine's process stands still, as that of a machine that sleeps. */
  suspend?(durationMs: number): Promise<void>
}

/** What a target may leave out, and cases may want. */
export type Equipment = 'anotherClient' | 'createClient' | 'inject' | 'restart' | 'suspend' | 'createDefault'
