import type { FunctionConfig } from './function-config.ts'

/** A function that an app registered. */
export interface LoopbackFunction {
  /** The engine's own id, a UUID. */
  readonly id: string
  /** `<app>-<id>`, as the SDK sends it. */
  readonly slug: string
  readonly appName: string
  readonly name: string
  readonly config: FunctionConfig
  /** Attempts in all, the first included: retries (4 by default, 20 at most) + 1. */
  readonly maxAttempts: number
}

/** An app that registered itself, and its functions by slug. */
export interface App {
  readonly id: string
  readonly name: string
  readonly url: string
  /** How its functions are reached: over HTTP, or over the connections of its workers. */
  readonly method: 'SERVE' | 'CONNECT'
  readonly framework: string
  readonly sdk: string
  readonly appVersion?: string
  readonly createdAtMs: number
  readonly functions: ReadonlyMap<string, LoopbackFunction>
}
