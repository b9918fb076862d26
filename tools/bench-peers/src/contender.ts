/** A queue that takes part in the bench, in its own process. */
export interface Contender {
  /** Sends this number of no-op jobs. Returns the time until all are completed, in milliseconds. */
  run(jobs: number): Promise<number>
  /** Closes all connections, so that the process can exit. */
  close(): Promise<void>
  /** Returns other figures of the last round, as JSON. */
  details?(): unknown
}

/** The storage and settings of a contender. */
export interface ContenderOptions {
  /** An empty folder on the measured disk. */
  readonly folder: string
  /** The socket of Redis, for contenders that need it. */
  readonly redisSocket?: string | undefined
  /** The URL of a database of PostgreSQL, for contenders that need it. */
  readonly postgresUrl?: string | undefined
  /** Settings of a contender that takes part several times. */
  readonly settings?: Readonly<Record<string, string | number>> | undefined
}

/** The exports of a contender's module. */
export interface ContenderModule {
  open(options: ContenderOptions): Promise<Contender>
}

/** Number of jobs in a batch, for contenders with bulk sends. */
export const batchSize = 1_000

/** Returns the payload of a job: small, and with the tenant that the local engine requires. */
export function payloadOf(index: number): { tenantId: string; event: string; userId: string } {
  return { tenantId: `tenant-${index % 10}`, event: 'Product Viewed', userId: `user-${index}` }
}

/** Returns the payloads of this number of jobs, in batches. */
export function batchesOf(jobs: number): ReturnType<typeof payloadOf>[][] {
  const batches: ReturnType<typeof payloadOf>[][] = []
  for (let sent = 0; sent < jobs; sent += batchSize) {
    batches.push(Array.from({ length: Math.min(batchSize, jobs - sent) }, (_, index) => payloadOf(sent + index)))
  }
  return batches
}

/** Waits for a number of calls of `count`. */
export class Countdown {
  #left = 0
  #resolve = (): void => undefined

  /** Starts to count down from this number. Resolves at 0. */
  from(count: number): Promise<void> {
    this.#left = count
    return new Promise((resolve) => (this.#resolve = resolve))
  }

  /** Counts down by 1, or by this number. */
  readonly count = (by = 1): void => {
    this.#left -= by
    if (this.#left === 0) this.#resolve()
  }
}

/** Number of steps of a workflow's run. */
export const stepsPerRun = 10

/** The role of a process under load: it sends jobs, runs them, or both. */
export type LoadRole = 'send' | 'work' | 'both'

/** A process under load. */
export interface LoadProcess {
  /** Sends jobs, which are due at once or, for a contender that supports it, at `runAt`. Resolves when they are accepted. */
  send(payloads: readonly ReturnType<typeof duePayload>[], runAt?: Date): Promise<unknown>
  close(): Promise<void>
}

/** The exports of a module that takes part in the measurement of latency under load. */
export interface LoadModule {
  /**
   * Opens a process of this role. The one that sends is opened first.
   *
   * @param started - called by each handler, with the number in the `userId` of its payload. The handler awaits it
   */
  openLoad(
    options: ContenderOptions,
    role: LoadRole,
    started: (number: number) => void | Promise<void>,
  ): Promise<LoadProcess>
}

/** Returns a payload with the time at which it is to be sent, in milliseconds of the machine's clock. */
export function duePayload(index: number, dueMs: number): ReturnType<typeof payloadOf> {
  return { ...payloadOf(index), userId: String(dueMs) }
}
