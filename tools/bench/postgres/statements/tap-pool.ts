import type { PgClient, PgPool, PgQuery } from '@cgk-platform/jobs-postgres'

/** Sees what the user of a connection does, from when it is taken until it is released. */
export interface Tap {
  /** Called when a statement is sent, perhaps before the one before is answered. */
  sent?(query: PgQuery): void
  /** Called when a statement has succeeded, with the columns of its rows. */
  answered(query: PgQuery, columns: readonly string[]): void
  failed?(query: PgQuery): void
  released(): void
}

/** Returns a pool for an engine, with a tap for each use of a connection. */
export function tapPool(pool: PgPool, taken: () => Tap): PgPool {
  const tapped = new WeakMap<PgClient, TappedClient>()
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect()
      // The engine knows connections by their objects.
      const known = tapped.get(client) ?? new TappedClient(client)
      tapped.set(client, known)
      known.tap = taken()
      return known
    },
  }
}

class TappedClient implements PgClient {
  tap: Tap | undefined
  readonly #client: PgClient
  readonly on: PgClient['on']

  constructor(client: PgClient) {
    this.#client = client
    this.on = client.on.bind(client)
  }

  get processID(): NonNullable<PgClient['processID']> | null {
    return this.#client.processID ?? null
  }

  get pipeline(): boolean {
    return this.#client.pipeline === true
  }

  get connection(): NonNullable<PgClient['connection']> {
    return this.#client.connection!
  }

  async query(config: PgQuery): Promise<{ readonly rows: unknown[] }> {
    const { tap } = this
    tap?.sent?.(config)
    try {
      const result = await this.#client.query(config)
      const { fields = [] } = result as { readonly fields?: readonly { readonly name: string }[] }
      const columns = fields.map(({ name }) => name)
      tap?.answered(config, columns)
      return result
    } catch (error) {
      tap?.failed?.(config)
      throw error
    }
  }

  removeListener(event: 'error', listener: (error: Error) => void): unknown {
    return this.#client.removeListener(event, listener)
  }

  unref(): void {
    this.#client.unref?.()
  }

  release(error?: Error | boolean): void {
    this.tap?.released()
    this.#client.release(error)
  }
}
