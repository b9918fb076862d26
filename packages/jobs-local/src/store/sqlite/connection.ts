import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** A connection to a file that caches its prepared statements. */
export interface Connection {
  readonly path: string
  /** Returns all rows. The caller names their type, which the statement determines. */
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[]
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as above
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined
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
  let current: DatabaseSync | undefined = database
  const use = (): DatabaseSync => (current ??= open?.() ?? database)
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql)
    if (known) return known
    const made = withDefaultReads(use().prepare(sql))
    prepared.set(sql, made)
    return made
  }
  return {
    path,
    all: <Row>(sql: string, ...values: SQLInputValue[]) => statement(sql).all(...values) as Row[],
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as above
    get: <Row>(sql: string, ...values: SQLInputValue[]) => statement(sql).get(...values) as Row | undefined,
    run: (sql, ...values) => Number(statement(sql).run(...values).changes),
    exec: (sql) => use().exec(sql),
    close() {
      prepared.clear()
      current?.close()
      current = undefined
    },
  }
}

/**
 * Resets read options that an app may have set on its database. An older Node has neither the options nor these
 * methods.
 */
function withDefaultReads(statement: StatementSync): StatementSync {
  const { setReadBigInts, setReturnArrays }: Partial<StatementSync> = statement
  setReadBigInts?.call(statement, false)
  setReturnArrays?.call(statement, false)
  return statement
}
