/** The members of a `Pool` of `pg` that this package uses. */
export interface PgPool {
  /** Takes a connection. */
  connect(): Promise<PgClient>
  /** Closes the pool. */
  end(): Promise<void>
  /** The settings of the pool. */
  readonly options: object
  /** Calls a listener in the turn in which the pool hands out a connection. */
  on?(event: 'acquire', listener: (client: PgClient) => void): unknown
  removeListener?(event: 'acquire', listener: (client: PgClient) => void): unknown
}

/** The members of a pool's client that this package uses. */
export interface PgClient {
  /** The server process, as the server has told it. */
  readonly processID?: number | null
  /** Whether it sends statements before those before are answered. */
  readonly pipeline?: boolean
  /** Returns `I` outside of a transaction, as the server has told it. */
  getTransactionStatus?(): string | null
  readonly connection?: { readonly stream: { cork(): void; uncork(): void } }
  query(config: PgQuery): Promise<{ readonly rows: unknown[] }>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'notification', listener: (message: { channel: string; payload?: string | undefined }) => void): unknown
  on(event: 'end', listener: () => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
  /** Lets the process exit while only this connection is open. */
  unref?(): void
  release(error?: Error | boolean): void
}

/** A statement for `pg`. */
export interface PgQuery {
  text: string
  /** Prepares the statement once for each connection. */
  name?: string
  values?: unknown[]
  /** The parsers of the columns. */
  types?: object
}
