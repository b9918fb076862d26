import { type OpenedTransaction, type OpenedDatabase, type Queryable, quoteName, type SqlValue } from './database.ts'
import { toStoreError } from './to-store-error.ts'

/** The members of a `PGlite` that this package uses. */
export interface PgliteLike extends PgliteTransaction {
  /** Runs a function in a transaction, after those before it. */
  transaction<T>(work: (transaction: PgliteTransaction) => Promise<T>): Promise<T>
  /** Calls `callback` with each notification of a channel, until the returned function is called. */
  listen(channel: string, callback: (payload: string) => void): Promise<() => Promise<void>>
}

/** Runs statements of PGlite. */
export interface PgliteTransaction {
  query(sql: string, values?: unknown[], options?: PgliteOptions): Promise<PgliteResult>
  exec(sql: string, options?: PgliteOptions): Promise<PgliteResult[]>
}

interface PgliteOptions {
  parsers?: Record<number, (value: string) => unknown>
}

interface PgliteResult {
  rows: unknown[]
}

/** Returns numbers for `int8`, which otherwise can be a `bigint`. */
const options: PgliteOptions = { parsers: { 20: Number } }

/** Creates the access to a schema of a PGlite. It has one connection, so transactions run one after the other. */
export function createPgliteDatabase(pglite: PgliteLike, schema: string): OpenedDatabase {
  const address = 'PGlite'
  const quoted = quoteName(schema)
  const explained = (error: unknown): never => {
    throw toStoreError(error, address)
  }
  return {
    address,
    schema,
    query: <Row extends object>(sql: string, values?: readonly SqlValue[]) =>
      run<Row>(pglite, quoted, sql, values).catch(explained),
    transaction: <T>(work: (transaction: Queryable) => Promise<T>) =>
      pglite.transaction((open) => withAll(work, (sql, values) => run(open, quoted, sql, values))).catch(explained),
    begin: (signal) => begin(pglite, quoted, signal),
    listen: (channel, { notified }) => pglite.listen(quoteName(channel), notified),
    close: async () => undefined,
  }
}

/** Opens a transaction for code of the app. Nothing else uses the database until its end. */
function begin(pglite: PgliteLike, schema: string, signal: AbortSignal): Promise<OpenedTransaction> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', stop, { once: true })
    const running = pglite.transaction(async (open) => {
      signal.throwIfAborted()
      signal.removeEventListener('abort', stop)
      await new Promise<void>((committed, rolledBack) => {
        resolve({
          client: open,
          async commit(work) {
            await work({ query: (sql, values) => run(open, schema, sql, values) })
            committed()
            await running
          },
          async rollback() {
            rolledBack(new Error('The code of the app failed.'))
            await running.catch(() => undefined)
          },
        })
      })
    })
    running.catch(reject)
  })
}

/** Awaits also the statements that `work` does not await. */
async function withAll<T>(work: (transaction: Queryable) => Promise<T>, query: Queryable['query']): Promise<T> {
  const sent: Promise<unknown>[] = []
  const result = await work({
    query: <Row extends object>(sql: string, values?: readonly SqlValue[]) => {
      const answer = query<Row>(sql, values)
      answer.catch(() => undefined)
      sent.push(answer)
      return answer
    },
  })
  await Promise.all(sent)
  return result
}

async function run<Row extends object>(
  transaction: PgliteTransaction,
  schema: string,
  sql: string,
  values: readonly SqlValue[] | undefined,
): Promise<readonly Row[]> {
  const text = sql.replaceAll('{schema}', () => schema)
  const result = values
    ? await transaction.query(text, [...values], options)
    : (await transaction.exec(text, options)).at(-1)
  return (result?.rows ?? []) as Row[]
}
