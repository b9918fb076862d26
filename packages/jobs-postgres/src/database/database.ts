type Scalar = string | number | boolean | null

/** A value of a statement. Instants are numbers of milliseconds. */
export type SqlValue = Scalar | readonly Scalar[]

/** Runs statements, within a transaction or alone. */
export interface Queryable {
  /**
   * Runs one statement and returns its rows. `int8` columns are numbers.
   *
   * @param sql - a statement with `$1`, `$2`, …; `{schema}` stands for the quoted name of the schema
   */
  query<Row extends object>(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>
}

/** The access to a database. Each call takes a connection of the pool for as long as it needs it. */
export interface Database extends Queryable {
  /**
   * Runs `work` in a transaction at READ COMMITTED. After a deadlock, a serialization failure or a row that has moved to
   * another partition, runs it again: `work` must only touch the database and values that it creates. It may send
   * statements without awaiting those before: they run in their order. Those that it does not await at all are awaited
   * before the transaction resolves.
   */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>
}

/** An open transaction at READ COMMITTED that code of the app uses. */
export interface OpenedTransaction {
  /** Passed to the code: the client that runs the transaction. It fails from the commit or the rollback on. */
  readonly client: object
  /** Runs `work` in the transaction, and commits it. If it rejects, call `rollback`. */
  commit(work: (transaction: Queryable) => Promise<void>): Promise<void>
  /** Rolls back, unless it is over. Never rejects. @param isInUse - whether code may still run statements: then the connection is closed */
  rollback(isInUse: boolean): Promise<void>
}

/** A database as a process opens it. */
export interface OpenedDatabase extends Database {
  /** The server and the name of the database, without a password. */
  readonly address: string
  /** The name of the schema. */
  readonly schema: string
  /**
   * Opens a transaction for code of the app, as soon as there is a connection for it.
   *
   * @throws the reason of a signal that aborts before.
   */
  begin(signal: AbortSignal): Promise<OpenedTransaction>
  /**
   * Listens on a channel with a connection of its own, until the returned function is called. Resolves to nothing if there
   * is no connection to spare.
   *
   * @param listener - `lost` is called once if the connection ends
   * @throws if no connection can be made.
   */
  listen(channel: string, listener: ChannelListener): Promise<(() => Promise<void>) | undefined>
  /** Closes the connections that this package opened. */
  close(): Promise<void>
}

/** Receives the notifications of a channel. */
export interface ChannelListener {
  notified(payload: string): void
  lost(): void
}

/** Returns members of rows as columns, each of which is a value for `unnest`. */
export function columnsOf<Name extends string>(
  rows: readonly Readonly<Record<Name, Scalar>>[],
  ...names: readonly Name[]
): SqlValue[] {
  return names.map((name) => rows.map((row) => row[name]))
}

/** Returns a name as an identifier of a statement. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Returns whether a statement only calls a function of the schema, which may change rows. */
export function callsFunction(sql: string): boolean {
  return /^SELECT \* FROM \{schema\}\.\w+\(/.test(sql)
}
