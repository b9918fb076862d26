import type { OpenedDatabase } from './database.ts'

/** The parts of a prepared database. */
export interface DatabasePreparation {
  /** The name of the schema. */
  readonly schema: string
  /** Opens the database. */
  readonly open: () => OpenedDatabase
  /** Prepares it for its first statement. */
  readonly prepare: (database: OpenedDatabase) => Promise<unknown>
}

/**
 * Returns a database that is opened and prepared before its first statement. After a failure, the next statement tries
 * again.
 */
export function preparedDatabase({ schema, open, prepare }: DatabasePreparation): OpenedDatabase {
  let opened: OpenedDatabase | undefined
  let preparing: Promise<OpenedDatabase> | undefined
  const prepareOnce = async (): Promise<OpenedDatabase> => {
    opened ??= open()
    await prepare(opened)
    return opened
  }
  const prepared = (): Promise<OpenedDatabase> => {
    preparing ??= prepareOnce().catch((error: unknown) => {
      preparing = undefined
      throw error
    })
    return preparing
  }
  return {
    get address() {
      return opened?.address ?? 'PostgreSQL'
    },
    schema,
    query: async (sql, values) => (await prepared()).query(sql, values),
    transaction: async (work) => (await prepared()).transaction(work),
    listen: async (channel, listener) => (await prepared()).listen(channel, listener),
    close: async () => opened?.close(),
  }
}
