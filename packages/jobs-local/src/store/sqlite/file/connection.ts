import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

import { bindNumbered, bindsNumbered } from './bind-numbered.ts'

/** A connection to a file that caches its prepared statements. */
export interface Connection {
  readonly path: string
  /** Returns all rows. The caller names their type, which the statement determines. */
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[]
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as above
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined
  /** Returns all rows as arrays of their columns, which take half the processor time of objects. */
  rows<Row extends readonly unknown[]>(sql: string, ...values: SQLInputValue[]): Row[]
  /** Returns the number of changed rows. */
  run(sql: string, ...values: SQLInputValue[]): number
  exec(sql: string): void
  close(): void
}

/**
 * Wraps an open database in a connection.
 *
 * @param open - reopens the database if the connection is used after `close`. Default: such a use fails.
 */
export function createConnection(database: DatabaseSync, path: string, open?: () => DatabaseSync): Connection {
  const prepared = new Map<string, StatementSync>()
  const preparedForRows = new Map<string, StatementSync>()
  let current: DatabaseSync | undefined = database
  const use = (): DatabaseSync => (current ??= open?.() ?? database)
  const statement = (sql: string, asArrays = false): StatementSync => {
    const statements = asArrays ? preparedForRows : prepared
    const known = statements.get(sql)
    if (known) return known
    const made = withReads(use().prepare(sql), asArrays)
    statements.set(sql, made)
    return made
  }
  const bind = bindsNumbered(database) ? undefined : bindNumbered
  const bound = (sql: string, values: SQLInputValue[]): SQLInputValue[] =>
    bind ? (bind(sql, values) as SQLInputValue[]) : values
  return {
    path,
    rows: <Row extends readonly unknown[]>(sql: string, ...values: SQLInputValue[]) => {
      const found: unknown[] = statement(sql, true).all(...bound(sql, values))
      return (Array.isArray(found[0]) ? found : found.map((row) => Object.values(row as object))) as Row[]
    },
    all: <Row>(sql: string, ...values: SQLInputValue[]) => statement(sql).all(...bound(sql, values)) as Row[],
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as above
    get: <Row>(sql: string, ...values: SQLInputValue[]) => statement(sql).get(...bound(sql, values)) as Row | undefined,
    run: (sql, ...values) => Number(statement(sql).run(...bound(sql, values)).changes),
    exec: (sql) => use().exec(sql),
    close() {
      prepared.clear()
      preparedForRows.clear()
      current?.close()
      current = undefined
    },
  }
}

/**
 * Sets how a statement returns rows, and resets other options that an app may have set on its database. An older Node has
 * neither the options nor these methods.
 */
function withReads(statement: StatementSync, asArrays: boolean): StatementSync {
  const { setReadBigInts, setReturnArrays }: Partial<StatementSync> = statement
  setReadBigInts?.call(statement, false)
  setReturnArrays?.call(statement, asArrays)
  return statement
}

/** Reads with several statements as of one moment, although other processes may write. Do not call it within a change. */
export function readAtOnce<T>(connection: Connection, read: () => T): T {
  connection.exec('BEGIN')
  try {
    return read()
  } finally {
    connection.exec('COMMIT')
  }
}
