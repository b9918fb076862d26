import type { Connection } from '../../src/store/sqlite/file/connection.ts'

/** A connection that records its statements, and counts the rows that they return. */
export interface RecordedReads extends Connection {
  readonly statements: ReadonlySet<string>
  /** Number of rows since the last call. */
  takeRows(): number
  /** Number of executed statements since the last call. */
  takeStatements(): number
}

/** Wraps a connection. */
export function recordReads(connection: Connection): RecordedReads {
  const statements = new Set<string>()
  let rows = 0
  let executed = 0
  const counted = <Row>(sql: string, found: Row[]): Row[] => {
    statements.add(sql)
    rows += found.length
    executed++
    return found
  }
  return {
    ...connection,
    statements,
    rows: <Row extends readonly unknown[]>(sql: string, ...values: never[]) =>
      counted(sql, connection.rows<Row>(sql, ...values)),
    all: <Row>(sql: string, ...values: never[]) => counted(sql, connection.all<Row>(sql, ...values)),
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as in `Connection`
    get: <Row>(sql: string, ...values: never[]) => {
      const row = connection.get<Row>(sql, ...values)
      counted(sql, row === undefined ? [] : [row])
      return row
    },
    takeStatements() {
      const taken = executed
      executed = 0
      return taken
    },
    takeRows() {
      const taken = rows
      rows = 0
      return taken
    },
  }
}
