/** How the gateway of connected workers keeps time: in milliseconds of the machine's clock, as the SDK's timers do. */
export interface ConnectOptions {
  /** How often workers send a sign of life. */
  readonly heartbeatMs: number
  /** For how long a worker has a request before it must ask for more time, which it does four times as often. */
  readonly leaseMs: number
}

/** What the real server has (pkg/consts/consts.go). */
export const realConnectOptions: ConnectOptions = { heartbeatMs: 10_000, leaseMs: 120_000 }
