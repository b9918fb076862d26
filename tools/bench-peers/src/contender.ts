/** A queue that takes part in the bench, in a process of its own. */
export interface Contender {
  /** Sends this many no-op jobs and answers how many milliseconds it took until all were completed. */
  run(jobs: number): Promise<number>
  /** Lets the process end. */
  close(): Promise<void>
}

/** Where a contender keeps its jobs. */
export interface Place {
  /** An empty folder on the disk that is measured. */
  readonly folder: string
  /** The socket of a Redis, for contenders that need one. */
  readonly redisSocket?: string | undefined
  /** The folder with the socket of a PostgreSQL, for contenders that need one. */
  readonly postgresFolder?: string | undefined
  /** What a contender that exists in several settings is told besides. */
  readonly settings?: Readonly<Record<string, string | number>> | undefined
}

/** What the module of a contender exports. */
export interface ContenderModule {
  open(place: Place): Promise<Contender>
}

/** How many jobs are sent at once, by every contender that can send many. */
export const batchSize = 1_000

/** The payload of all: small, with a tenant, as the local engine wants it. */
export function payloadOf(index: number): { tenantId: string; event: string; userId: string } {
  return { tenantId: `tenant-${index % 10}`, event: 'Product Viewed', userId: `user-${index}` }
}

/** The payloads of this many jobs, in the batches that they are sent in. */
export function batchesOf(jobs: number): ReturnType<typeof payloadOf>[][] {
  const batches: ReturnType<typeof payloadOf>[][] = []
  for (let sent = 0; sent < jobs; sent += batchSize) {
    batches.push(Array.from({ length: Math.min(batchSize, jobs - sent) }, (_, index) => payloadOf(sent + index)))
  }
  return batches
}

/** Resolves once it was called as often as is awaited. */
export class Countdown {
  #left = 0
  #resolve = (): void => undefined

  /** Begins to count down from this number. */
  from(count: number): Promise<void> {
    this.#left = count
    return new Promise((resolve) => (this.#resolve = resolve))
  }

  /** Counts one, or so many. */
  readonly count = (by = 1): void => {
    this.#left -= by
    if (this.#left === 0) this.#resolve()
  }
}
