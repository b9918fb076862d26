import { randomInt } from 'node:crypto'
import {
  findDead,
  hasEnded,
  identifyProcess,
  type StoredRun,
  type WorkerDefinition,
  type WorkerRow,
} from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import type { Changes, Hints } from '../changes.ts'
import { reopenGates } from '../runs/slots.ts'
import { endDefinitions, pruneDefinitions, readEvents, settledAfterMs, writeDefinitions } from './definitions.ts'
import { HeldRuns } from './held-runs.ts'
import { takeOver } from './take-over.ts'

// Captured at load time, so that fake timers that a test installs later do not stop it. Heartbeats follow real time.
const { setInterval: every, clearInterval: stopEvery } = globalThis

/** Time between two looks at the definitions, in milliseconds. */
const tidyEveryMs = 60_000

/** The dependencies of a `Worker`. */
export interface WorkerOptions {
  readonly database: Queryable
  readonly changes: Pick<Changes, 'try'>
  readonly leaseMs: number
  /** The process of the worker. Default: this one. */
  readonly process?: string
  /** Called if a heartbeat finds that others took this worker for dead: it has lost all its runs. */
  readonly lost: () => void
  /** Called about once a minute. */
  readonly tidied: () => void
}

/**
 * This process as a worker, and its view of the other workers. Each worker sends heartbeats by the clock of the database.
 * A worker whose process has ended, or whose lease has expired, is removed, and others take over its runs.
 */
export class Worker {
  /** The runs that this process holds. */
  readonly held = new HeldRuns()
  readonly #options: WorkerOptions
  readonly #process: string
  #id = 0
  #isAlive = false
  #isClosed = false
  #definitions: readonly WorkerDefinition[] = []
  #areWritten = true
  #events: readonly string[] = []
  #heartbeatAt = Number.NEGATIVE_INFINITY
  /** When this worker's current unbroken series of heartbeats began. */
  #steadySince = Number.POSITIVE_INFINITY
  #joining: Promise<boolean> | undefined
  #beating: Promise<void> | undefined
  #caring: Promise<void> | undefined
  #tidiedAt = 0
  #interval: ReturnType<typeof setInterval> | undefined

  constructor(options: WorkerOptions) {
    this.#options = options
    this.#process = options.process ?? identifyProcess()
  }

  /** This worker's id, which marks the runs that it holds; 0 before it first joined. */
  get id(): number {
    return this.#id
  }

  /** The definitions of this worker. */
  get definitions(): readonly WorkerDefinition[] {
    return this.#definitions
  }

  /** Whether other workers see this one with its present definitions, as far as it knows. */
  get isPublished(): boolean {
    return this.#isAlive && this.#areWritten
  }

  /** The events that definitions of any worker handle, as of the last heartbeat. */
  get events(): readonly string[] {
    return this.#events
  }

  /** The runs that others have taken over. */
  get lostRuns(): readonly StoredRun[] {
    return this.#isAlive ? this.held.lostBy(this.#id) : []
  }

  /** Replaces the definitions. `join` makes them visible to the others. */
  publish(definitions: readonly WorkerDefinition[]): void {
    this.#definitions = definitions
    this.#areWritten = false
    if (this.#interval || this.#isClosed) return
    this.#interval = every(() => void this.heartbeat(), this.#options.leaseMs / 3)
    this.#interval.unref()
  }

  /**
   * Registers this worker if it is not, under a new id if others have removed it, and writes its definitions. Returns
   * false if it has none, or is closed.
   */
  join(): Promise<boolean> {
    this.#joining ??= this.#join().finally(() => (this.#joining = undefined))
    return this.#joining
  }

  async #join(): Promise<boolean> {
    if (this.#isClosed || !this.#interval) return false
    while (!this.isPublished) {
      const definitions = this.#definitions
      // Random, not a counter: runs of a worker that was removed must not become those of another one.
      const id = this.#isAlive ? this.#id : randomInt(1, 2 ** 48 - 1)
      const isNew = !this.#isAlive
      const heartbeatAt = await this.#options.changes.try(async (transaction, hints) => {
        const at = isNew ? await this.#register(transaction, id) : await touch(transaction, id)
        if (at === undefined) return undefined
        await writeDefinitions(transaction, id, definitions)
        hints.work()
        return at
      })
      this.#isAlive = heartbeatAt !== undefined
      if (heartbeatAt === undefined) continue
      if (isNew) {
        this.#steadySince = heartbeatAt
        this.#tidiedAt = heartbeatAt + settledAfterMs - tidyEveryMs
      }
      this.#id = id
      this.#heartbeatAt = heartbeatAt
      if (definitions === this.#definitions) this.#areWritten = true
      this.#events = await readEvents(this.#options.database)
      // A worker of this machine may have ended just before, as after a restart: its runs need not wait.
      if (isNew) void this.heartbeat()
    }
    return true
  }

  async #register(transaction: Queryable, id: number): Promise<number> {
    const sql =
      'INSERT INTO {schema}.workers (id, process, lease_ms, heartbeat_at, since) ' +
      'SELECT $1, $2, $3, now, now FROM {schema}.now_ms() AS now RETURNING heartbeat_at AS at'
    const [row] = await transaction.query<{ at: number }>(sql, [id, this.#process, this.#options.leaseMs])
    return row!.at
  }

  /**
   * Keeps others from removing this worker until the transaction ends. Call it first in each that makes it hold runs.
   * Returns false if others have removed it: it has lost all its runs, and must join again.
   */
  async lock(transaction: Queryable): Promise<boolean> {
    const sql = 'SELECT heartbeat_at AS at, {schema}.now_ms() AS now FROM {schema}.workers WHERE id = $1 FOR KEY SHARE'
    const [row] = await transaction.query<{ at: number; now: number }>(sql, [this.#id])
    this.#isAlive &&= row !== undefined
    // After a pause, the lease may have expired. Without a heartbeat, another worker would take over what this one claims.
    if (row && row.now - row.at > lateAfterMs(this.#options.leaseMs))
      this.#noteHeartbeat(await touch(transaction, this.#id))
    return row !== undefined
  }

  /**
   * Records that this worker is alive, and takes over the runs of dead ones. One at a time. The next heartbeat does not wait
   * for a take-over, which may wait for locks.
   */
  async heartbeat(): Promise<void> {
    this.#beating ??= this.#beat()
      .catch(() => undefined) // the next one comes soon
      .finally(() => (this.#beating = undefined))
    await this.#beating
    await this.#caring
  }

  async #beat(): Promise<void> {
    if (!this.#isAlive || this.#isClosed) return
    const rows = await this.#options.database.query<Others>(beatSql, [this.#id])
    const [first] = rows
    if (!first) {
      this.#isAlive = false
      return this.#options.lost()
    }
    this.#noteHeartbeat(first.at)
    this.#caring ??= this.#care(rows)
      .catch(() => undefined)
      .finally(() => (this.#caring = undefined))
  }

  /** Removes the dead workers among others, and tidies from time to time. @param rows - the others, or a row without one */
  async #care(rows: readonly Others[]): Promise<void> {
    const { at } = rows[0]!
    await this.#removeDead(rows)
    if (at - this.#tidiedAt < tidyEveryMs) return
    this.#tidiedAt = at
    await this.tidy()
  }

  #noteHeartbeat(at: number | undefined): void {
    if (at === undefined) return
    if (at - this.#heartbeatAt > lateAfterMs(this.#options.leaseMs)) this.#steadySince = at
    this.#heartbeatAt = at
  }

  /** Removes dead workers, and takes over their runs. */
  async #removeDead(rows: readonly Others[]): Promise<void> {
    const { changes } = this.#options
    const others = rows.filter((row): row is Others & WorkerRow => row.id !== null)
    const dead = findDead(others, {
      now: rows[0]!.at,
      steadySince: this.#steadySince,
      lateAfterMs,
      hasEnded: ({ process }) => hasEnded(process),
    })
    for (const workers of dead) await changes.try((transaction, hints) => remove(transaction, workers, hints))
  }

  /** Prunes the definitions, reads those of others, and heals what a race can have left closed. */
  async tidy(): Promise<void> {
    const { database } = this.#options
    await pruneDefinitions(database, this.#id)
    await reopenGates(database)
    this.#events = await readEvents(database)
    this.#options.tidied()
  }

  /** Stops the heartbeats, removes this worker, and frees the runs of handlers that ignored the shutdown. */
  async close(): Promise<void> {
    this.#isClosed = true
    stopEvery(this.#interval)
    await Promise.allSettled([this.#joining, this.heartbeat()]) // they could register this worker again
    if (!this.#isAlive) return
    this.#isAlive = false
    await this.#options.changes.try(async (transaction, hints) => {
      await takeOver(transaction, [this.#id], hints)
      await transaction.query('DELETE FROM {schema}.workers WHERE id = $1', [this.#id])
      await endDefinitions(transaction, [this.#id])
    })
  }
}

/** Returns the age from which the last heartbeat shows that at least one was missed. */
function lateAfterMs(leaseMs: number): number {
  return leaseMs / 2
}

/** The time of a heartbeat, and another worker; null if there is none. */
type Others = { readonly at: number } & (WorkerRow | { readonly id: null })

const beatSql =
  'WITH beat AS (UPDATE {schema}.workers SET heartbeat_at = {schema}.now_ms() WHERE id = $1 RETURNING heartbeat_at) ' +
  'SELECT beat.heartbeat_at AS at, w.id, w.process, w.heartbeat_at, w.lease_ms FROM beat LEFT JOIN {schema}.workers w ON w.id <> $1'

/** Records that a worker is alive. Returns when; `undefined` if others have removed it. */
async function touch(queryable: Queryable, id: number): Promise<number | undefined> {
  const sql = 'UPDATE {schema}.workers SET heartbeat_at = {schema}.now_ms() WHERE id = $1 RETURNING heartbeat_at AS at'
  const [row] = await queryable.query<{ at: number }>(sql, [id])
  return row?.at
}

/** Removes the dead workers of a process together, unless one of them is alive or is being removed. */
async function remove(transaction: Queryable, dead: readonly WorkerRow[], hints: Hints): Promise<void> {
  const ids = dead.map(({ id }) => id)
  const locked = await transaction.query(
    'SELECT 1 FROM {schema}.workers w JOIN unnest($1::int8[], $2::int8[]) AS d(id, heartbeat_at) USING (id, heartbeat_at) ' +
      'ORDER BY id FOR UPDATE OF w SKIP LOCKED',
    [ids, dead.map((worker) => worker.heartbeat_at)],
  )
  if (locked.length < dead.length) return
  await takeOver(transaction, ids, hints)
  await transaction.query('DELETE FROM {schema}.workers WHERE id = ANY($1)', [ids])
  await endDefinitions(transaction, ids)
}
