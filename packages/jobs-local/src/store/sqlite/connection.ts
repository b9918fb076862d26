import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** A connection to a file, with its statements prepared once. */
export interface Connection {
  readonly path: string
  /** Rows are what the statement says; whoever writes it names their shape. */
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[]
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as above
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined
  /** Answers how many rows were changed. */
  run(sql: string, ...values: SQLInputValue[]): number
  exec(sql: string): void
  close(): void
}

/**
 * Puts a connection over a database that is open.
 *
 * @param open - opens it again, for one that is used after it was closed. Default: it cannot be
 */
export function createConnection(database: DatabaseSync, path: string, open?: () => DatabaseSync): Connection {
  const prepared = new Map<string, StatementSync>()
  let current: DatabaseSync | undefined = database
  const use = (): DatabaseSync => (current ??= open?.() ?? database)
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql)
    if (known) return known
    const made = readPlainly(use().prepare(sql))
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

/** The database may be an app's, which reads its own rows in another way. An older Node cannot, and lacks what compensates it. */
function readPlainly(statement: StatementSync): StatementSync {
  const { setReadBigInts, setReturnArrays }: Partial<StatementSync> = statement
  setReadBigInts?.call(statement, false)
  setReturnArrays?.call(statement, false)
  return statement
}
