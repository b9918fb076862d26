import type { FunctionConfig } from './function-config.ts'

/** A function registered by an app. */
export interface LoopbackFunction {
  /** The engine's id, a UUID. */
  readonly id: string
  /** `<app>-<id>`, as the SDK sends it. */
  readonly slug: string
  readonly appName: string
  readonly name: string
  readonly config: FunctionConfig
  /** Total number of attempts: retries (default 4, maximum 20) + 1. */
  readonly maxAttempts: number
}

/** A registered app with its functions by slug. */
export interface App {
  readonly id: string
  readonly name: string
  readonly url: string
  /** The connection to its functions: over HTTP, or over worker connections. */
  readonly method: 'SERVE' | 'CONNECT'
  readonly framework: string
  readonly sdk: string
  readonly appVersion?: string
  readonly createdAtMs: number
  readonly functions: ReadonlyMap<string, LoopbackFunction>
}
