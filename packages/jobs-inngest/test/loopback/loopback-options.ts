import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { ConnectOptions } from './connect-options.ts'
import type { FaultRule } from './faults.ts'
import type { LoggedRequest } from './request-log.ts'

/** How long the real server takes, by measurement; in milliseconds of the engine's clock. */
export interface LoopbackDelays {
  /** From a send until the event's runs exist and are seen. */
  readonly runMs: number
  /** From a send until the event itself can be read. */
  readonly eventMs: number
  /** From a run's creation until its first request to the app. */
  readonly startMs: number
}

/** How a loopback engine is set up. */
export interface LoopbackOptions {
  /** Where all of the engine's times come from; by default the machine's clock. */
  readonly clock?: Clock
  /** By default a free one. */
  readonly port?: number
  /** With it only this key may send events. */
  readonly eventKey?: string
  /** With it the engine is like the cloud: everything is signed and checked, both ways. */
  readonly signingKey?: string
  /** A second key that REST takes too; requests to the app are signed with `signingKey` all the same. */
  readonly signingKeyFallback?: string
  /** The engine's own backoff for plain errors, by attempt from 0; by default the vendor's table with its jitter. */
  readonly retryDelayMs?: (attempt: number) => number
  /** By default 3 MiB, as the open-source server. */
  readonly maxEventBytes?: number
  readonly delays?: Partial<LoopbackDelays>
  /** By default as the real server. */
  readonly connect?: Partial<ConnectOptions>
}

/** A running loopback engine. */
export interface LoopbackEngine {
  /** Serves the event API, REST v1 and v2, registration and checkpoints. */
  readonly url: string
  /** Asks the app at its serve URL to register itself, as the dashboard's "sync" does. */
  sync(appUrl: string): Promise<void>
  /** Every request since the start, in the order in which they were answered. */
  readonly requests: readonly LoggedRequest[]
  /** Lets requests fail: those to the engine (`in`), or those of the engine to the apps (`out`). */
  intercept(rule: FaultRule, direction?: 'in' | 'out'): () => void
  /** What may happen to the connections of workers. */
  readonly workers: {
    /** Asks every worker to connect anew, as a gateway does that is about to close. */
    drain(): void
    /** Breaks all connections. */
    cut(): void
  }
  /** Stops everything; what is still running is left alone. */
  close(): Promise<void>
}
