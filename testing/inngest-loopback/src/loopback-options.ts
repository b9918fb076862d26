import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { ConnectOptions } from './connect-options.ts'
import type { FaultRule } from './faults.ts'
import type { PublishedMessage } from './realtime-api.ts'
import type { LoggedRequest } from './request-log.ts'

/** Delays of the real server, as measured, in milliseconds of the engine's clock. */
export interface LoopbackDelays {
  /** From a send until the event's runs exist and are visible. */
  readonly runMs: number
  /** From a send until the event itself can be read. */
  readonly eventMs: number
  /** From a run's creation until its first request to the app. */
  readonly startMs: number
}

/** Options of a loopback engine. */
export interface LoopbackOptions {
  /** The engine's clock. Default: the system clock. */
  readonly clock?: Clock
  /** Default: a free port. */
  readonly port?: number
  /** If set, only this key can send events. */
  readonly eventKey?: string
  /** If set, the engine behaves like the cloud: requests in both directions are signed and verified. */
  readonly signingKey?: string
  /** A second key that REST accepts. Requests to the app are still signed with `signingKey`. */
  readonly signingKeyFallback?: string
  /** The engine's backoff for plain errors, by attempt from 0. Default: the vendor's table with its jitter. */
  readonly retryDelayMs?: (attempt: number) => number
  /** Default 3 MiB, as in the open-source server. */
  readonly maxEventBytes?: number
  readonly delays?: Partial<LoopbackDelays>
  /** Default: as the real server. */
  readonly connect?: Partial<ConnectOptions>
}

/** A running loopback engine. */
export interface LoopbackEngine {
  /** Serves the event API, REST v1 and v2, registration and checkpoints. */
  readonly url: string
  /** Requests the app at its serve URL to register itself, as the dashboard's "sync" does. */
  sync(appUrl: string): Promise<void>
  /** All requests since the start, in the order of their responses. */
  readonly requests: readonly LoggedRequest[]
  /** The messages that apps published, oldest first. */
  readonly published: readonly PublishedMessage[]
  /**
   * Makes requests fail: those to the engine (`in`, the default), or those from the engine to apps (`out`). Returns a
   * function that removes the rule.
   */
  intercept(rule: FaultRule, direction?: 'in' | 'out'): () => void
  /**
   * Loses the events that were accepted and have no runs yet, as a stop of the real server does, also with Redis: the
   * stream between its API and its runner is in memory (pkg/config/messaging.go). The events stay stored.
   */
  loseUnprocessedEvents(): void
  /** The connections of workers. */
  readonly workers: {
    list(): readonly { readonly instanceId: string; readonly capacity: number }[]
    /** Requests every worker to reconnect, as a gateway does before it closes. */
    drain(): void
    /** Breaks all connections. */
    cut(): void
  }
  /** Stops the engine. Does not wait for running requests. */
  close(): Promise<void>
}
