import type { PgClient, PgPool, PgQuery } from '@cgk-platform/jobs-postgres'
import type { Pool } from 'pg'

import { openEnginePool } from './engine-pool.ts'
import { tapPool } from './tap-pool.ts'

/**
 * The statements of one use of a connection: a transaction, or a statement alone. Each has two places: where it was sent,
 * and where it was answered.
 */
type Unit = PgQuery[]

/** The requests of an engine to the server. */
export interface Recording {
  /** The units. Each has two places: where it began, and where it ended if it did. */
  readonly order: readonly Unit[]
  /** Number of places before the part that is timed. */
  readonly preparing: number
}

/** Upkeep deletes what it could lock. In a replay, others may have locked the same rows: both would wait for each other. */
function isNotUpkeep(unit: Unit): boolean {
  return !unit.some(({ text }) => text.includes("hashtextextended('upkeep"))
}

/** Records the statements of an engine with their values, and which of them ran at the same time. */
export class StatementRecorder {
  /** The pool for the engine. */
  readonly pool: PgPool
  readonly #pool: Pool
  readonly #order: Unit[] = []
  #preparing = 0

  constructor(connectionString: string) {
    this.#pool = openEnginePool(connectionString)
    this.pool = tapPool(this.#pool, () => {
      const unit: Unit = []
      this.#order.push(unit)
      return {
        sent: (query) => void unit.push(query),
        answered: (query) => void unit.push(query),
        failed: (query) => void unit.splice(unit.indexOf(query), 1),
        released: () => void this.#order.push(unit),
      }
    })
  }

  /** Notes that the part begins that is timed. */
  begin(): void {
    this.#preparing = this.#order.length
  }

  /** Returns the statements, and closes the pool. */
  async end(): Promise<Recording> {
    await this.#pool.end()
    const preparing = this.#order.slice(0, this.#preparing).filter(isNotUpkeep)
    const timed = this.#order.slice(this.#preparing).filter(isNotUpkeep)
    if (timed.length === 0) throw new TypeError('The engine executed no statements with this pool.')
    return { order: [...preparing, ...timed], preparing: preparing.length }
  }
}

/**
 * Executes recorded statements without the engine. A unit begins once all have ended that had ended before it began in
 * the recording, so it finds their rows; those that ran at the same time do so again. Within a unit, statements are sent
 * as the engine has sent them. Returns the time of the part that is timed, in milliseconds.
 */
export async function replayStatements(connectionString: string, { order, preparing }: Recording): Promise<number> {
  const pool = openEnginePool(connectionString)
  const running = new Map<Unit, Promise<void>>()
  const begin = (unit: Unit): Promise<void> => execute(pool, unit)
  try {
    await inOrder(order.slice(0, preparing), running, begin)
    const startedAt = performance.now()
    await inOrder(order.slice(preparing), running, begin)
    await Promise.all(running.values())
    return performance.now() - startedAt
  } finally {
    await Promise.allSettled(running.values())
    await pool.end()
  }
}

/** Begins each item at its first place, and awaits it at its second one. */
async function inOrder<Item>(
  items: readonly Item[],
  running: Map<Item, Promise<unknown>>,
  begin: (item: Item) => Promise<unknown>,
): Promise<void> {
  for (const item of items) {
    const begun = running.get(item)
    if (begun) {
      await begun
      continue
    }
    const answer = begin(item)
    answer.catch(() => undefined) // also if it fails before it is awaited
    running.set(item, answer)
  }
}

/** Rows are received, but not parsed. */
const unparsed = { rowMode: 'array', types: { getTypeParser: () => (value: unknown) => value } } as const

async function execute(pool: Pool, unit: Unit): Promise<void> {
  const client = (await pool.connect()) as unknown as PgClient
  try {
    await inOrder(unit, new Map(), ({ text, name, values }) => {
      sendTogether(client)
      return client.query({ text, ...(name !== undefined && { name }), ...(values && { values }), ...unparsed })
    })
  } finally {
    client.release()
  }
}

/** Sends the statements of this turn in one packet, as the engine does. */
function sendTogether({ connection }: PgClient): void {
  connection?.stream.cork()
  process.nextTick(() => connection?.stream.uncork())
}
