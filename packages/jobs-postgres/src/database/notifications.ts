import { randomUUID } from 'node:crypto'

import type { OpenedDatabase } from './database.ts'

/** The way in which a process notices changes of others: it listens, or looks at the tables again and again. */
export type Awareness = 'listening' | 'polling'

/** Time in milliseconds in which further notifications of a process become one. */
const coalesceMs = 10

/** Time in milliseconds that a notification of the self-test may take. */
const testMs = 2000

/** Times in milliseconds between attempts to listen again. */
const backoff = { firstMs: 250, maxMs: 30_000 }

/** Time in milliseconds after a failed self-test until the next one: perhaps the server was only slow. */
const testAgainMs = 60_000

/** The words of one notification. PostgreSQL allows 8,000 bytes. */
const maxWords = 200

/** Marks notifications of the app's transactions, which no process ignores. */
const ofTransactions = 'transaction'

/** Returns the channel of a schema. */
function channelOf(schema: string): string {
  return `cgk_jobs_${schema}`
}

/** Returns the notification that a transaction of the app sends at its commit. */
export function inTransaction(schema: string, ...words: readonly string[]): { channel: string; payload: string } {
  return { channel: channelOf(schema), payload: [ofTransactions, ...words].join(' ') }
}

/** The dependencies of `Notifications`. */
export interface NotificationsOptions {
  readonly database: OpenedDatabase
  /** Called with the words that another process has sent, or with `undefined` if some may have been missed. */
  readonly received: (words: ReadonlySet<string> | undefined) => void
  /** Called when listening has begun or ended. */
  readonly changed?: (awareness: Awareness) => void
}

/**
 * Tells the processes of a schema about changes. A notification is only a hint, which may be lost: a transaction pooler
 * delivers none, so processes behind one poll.
 */
export class Notifications {
  readonly #options: NotificationsOptions
  readonly #channel: string
  /** Marks notifications of this process, which it ignores. */
  readonly #self = randomUUID().slice(0, 8)
  readonly #waiting = new Set<string>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #sending: Promise<void> | undefined
  #awareness: Awareness = 'polling'
  #stopListening: (() => Promise<void>) | undefined
  #testArrived: (() => void) | undefined
  #endCoalescing: (() => void) | undefined
  #isClosed = false

  constructor(options: NotificationsOptions) {
    this.#options = options
    this.#channel = channelOf(options.database.schema)
  }

  /** Whether this process listens or polls. */
  get awareness(): Awareness {
    return this.#awareness
  }

  /** Begins to listen, also again after the connection was lost. */
  listen(): void {
    void this.#keepListening()
  }

  /** Tells the other processes. Returns at once. Call it after the commit. */
  send(...words: readonly string[]): void {
    if (this.#isClosed) return
    for (const word of words) this.#waiting.add(word)
    this.#sending ??= this.#sendWaiting()
  }

  /** Sends what waits, and stops listening. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#endCoalescing?.()
    await this.#sending
    await this.#stopListening?.()
  }

  /** Sends the first words at once, and those of the next milliseconds together. */
  async #sendWaiting(): Promise<void> {
    while (this.#waiting.size > 0) {
      const words = this.#waiting.size > maxWords ? ['all'] : [...this.#waiting]
      this.#waiting.clear()
      // A lost hint is found by polling.
      await this.#notify([this.#self, ...words]).catch(() => undefined)
      if (!this.#isClosed) await this.#coalesce()
    }
    this.#sending = undefined
  }

  /** Waits for further words, or until `close`: an awaited timer that is released does not keep the process alive. */
  #coalesce(): Promise<void> {
    return new Promise((resolve) => {
      this.#endCoalescing = resolve
      setTimeout(resolve, coalesceMs).unref()
    })
  }

  async #notify(words: readonly string[]): Promise<void> {
    // Nothing of it is stored, so its commit need not wait for the disk.
    const sql = "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)"
    await this.#options.database.query(sql, [this.#channel, words.join(' ')])
  }

  async #keepListening(): Promise<void> {
    for (let pauseMs = backoff.firstMs; !this.#isClosed;) {
      const result = await this.#listenOnce().catch(() => 'failed' as const)
      if (result === 'cannot') return
      await new Promise<void>((resolve) => this.#later(result === 'untold' ? testAgainMs : pauseMs, resolve))
      pauseMs = result === 'failed' ? Math.min(pauseMs * 2, backoff.maxMs) : backoff.firstMs
    }
  }

  /** Listens until the connection is lost. Returns at once if there is none to spare, or if no notification arrives. */
  async #listenOnce(): Promise<'cannot' | 'untold' | 'lost'> {
    let lost = (): void => undefined
    const ended = new Promise<'lost'>((resolve) => (lost = () => resolve('lost')))
    const listener = { notified: (payload: string) => this.#receive(payload), lost }
    const stop = await this.#options.database.listen(this.#channel, listener)
    if (!stop) return 'cannot'
    this.#stopListening = stop
    try {
      if (this.#isClosed) return 'lost'
      // Behind a transaction pooler, it arrives on another connection or never.
      const test = await Promise.race([this.#test(), ended])
      if (test !== true) return test || 'untold'
      this.#become('listening')
      await ended
      this.#become('polling')
      return 'lost'
    } finally {
      this.#stopListening = undefined
      await stop()
    }
  }

  async #test(): Promise<boolean> {
    const arrived = new Promise<boolean>((resolve) => {
      this.#testArrived = () => resolve(true)
      this.#later(testMs, () => resolve(false))
    })
    await this.#notify([`test-${this.#self}`])
    return arrived
  }

  #receive(payload: string): void {
    const [sender, ...words] = payload.split(' ')
    if (sender === `test-${this.#self}`) this.#testArrived?.()
    else if (sender !== this.#self && words.length > 0) {
      this.#options.received(words[0] === 'all' ? undefined : new Set(words))
    }
  }

  #become(awareness: Awareness): void {
    if (this.#isClosed) return
    this.#awareness = awareness
    this.#options.changed?.(awareness)
    this.#options.received(undefined)
  }

  #later(delayMs: number, callback: () => void): void {
    if (this.#isClosed) return
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      callback()
    }, delayMs).unref()
    this.#timers.add(timer)
  }
}
