/** Intervals of the gateway for connected workers, in milliseconds of the system clock, which the SDK's timers use. */
export interface ConnectOptions {
  /** The interval of a worker's heartbeats. */
  readonly heartbeatMs: number
  /** Time after which a worker's lease on a request expires. A worker extends it at a quarter of this time. */
  readonly leaseMs: number
}

/** The intervals of the real server (pkg/consts/consts.go). */
export const realConnectOptions: ConnectOptions = { heartbeatMs: 10_000, leaseMs: 120_000 }
