import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'
import type { Slots } from '@cgk-platform/jobs-core/provider'

import { callsFunction, type OpenedTransaction, type Queryable, type SqlValue } from './database.ts'
import type { PgClient, PgPool } from './pg-pool.ts'

/** The dependencies of `openTransaction`. */
export interface TransactionOptions {
  readonly pool: PgPool
  /** One for each transaction that may be open at once. */
  readonly slots: Slots
  /** Runs a statement of this package. */
  readonly run: (client: PgClient, sql: string, values: readonly SqlValue[] | undefined) => Promise<readonly object[]>
  /** The statement that sets what those statements need until the end of the transaction. Calls of functions do not. */
  readonly settings: string
}

/** Opens a transaction for code of the app on a connection of the pool. */
export async function openTransaction(
  { pool, slots, run, settings }: TransactionOptions,
  signal: AbortSignal,
): Promise<OpenedTransaction> {
  const leave = await slots.take(signal)
  let problem: Error | undefined
  const discard = (error: Error): void => void (problem ??= error)
  let client: PgClient | undefined
  let isOver = false
  let isReleased = false
  const release = (): void => {
    isReleased = true
    client?.removeListener('error', discard)
    client?.release(problem)
    leave()
  }
  try {
    client = await pool.connect()
    client.on('error', discard)
    signal.throwIfAborted()
    await client.query({ text: 'BEGIN ISOLATION LEVEL READ COMMITTED' })
  } catch (error) {
    if (client && error !== signal.reason) discard(error as Error)
    release()
    throw error
  }
  const own = client
  let isSet = false
  const query: Queryable['query'] = (sql, values) => {
    if (!isSet && !callsFunction(sql)) {
      isSet = true
      own.query({ text: settings }).catch(() => undefined)
    }
    return run(own, sql, values) as never
  }
  let wasEnded = false
  const ended = (): void => void (wasEnded = true)
  return {
    client: guarded(own, { isOver: () => isOver, ended }),
    async commit(work) {
      isOver = true
      if (wasEnded || own.getTransactionStatus?.() === 'I') throw refusal('was ended by its code', howToEnd)
      // Statements that the app has not awaited run before it.
      await work({ query })
      await own.query({ text: 'COMMIT' })
      release()
    },
    async rollback(isInUse) {
      if (isReleased) return
      isOver = true
      if (isInUse) discard(new Error('The code that used the connection was stopped.'))
      else await own.query({ text: 'ROLLBACK' }).catch(discard)
      release()
    },
  }
}

const howToEnd = 'Return to commit it, or throw to roll it back. `SAVEPOINT` begins a part of it.'

const endsTransaction =
  /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*(begin|start\s+transaction|commit|end|abort|prepare\s+transaction|rollback(?!\s+(?:(?:work|transaction)\s+)?to\b))\b/i

/** The commands of results that show that a transaction has ended or begun. `ROLLBACK` is also that of `ROLLBACK TO`. */
const ends: ReadonlySet<unknown> = new Set(['BEGIN', 'START', 'COMMIT'])

/**
 * Returns a client that refuses statements which begin or end the transaction, and all once it is over. It calls `ended`
 * after a text of several statements that did so all the same.
 */
function guarded(
  client: PgClient,
  { isOver, ended }: { readonly isOver: () => boolean; readonly ended: () => void },
): PgClient {
  const note = (results: unknown): void => {
    if ([results].flat().some((result) => ends.has((result as { command?: unknown } | null)?.command))) ended()
  }
  const query = (...args: Parameters<PgClient['query']>): Promise<{ readonly rows: unknown[] }> => {
    const [given] = args as readonly unknown[]
    const text = typeof given === 'string' ? given : (given as { text?: unknown } | null)?.text
    const statement = typeof text === 'string' ? endsTransaction.exec(text) : null
    if (isOver()) return refuse('has ended', 'Await all statements in the code that got it.')
    if (!statement) {
      const answer = client.query(...args)
      // Without a promise, the app has passed a callback or an object.
      if (typeof answer?.then === 'function') answer.then(note, () => undefined)
      return answer
    }
    return refuse(`belongs to the engine, so it refuses \`${statement[1]}\``, howToEnd)
  }
  const release = (): never => {
    throw refusal('belongs to the engine', 'Do not release its client.')
  }
  return Object.create(client, { query: { value: query }, release: { value: release } }) as PgClient
}

function refusal(problem: string, remedy: string): Error {
  return new InvalidOptionError({ option: 'transaction', problem, remedy })
}

async function refuse(problem: string, remedy: string): Promise<never> {
  throw refusal(problem, remedy)
}
