/** A request that the server received. */
export interface RecordedRequest {
  readonly method: string
  /** The path with its query. */
  readonly path: string
  /** Arrival time, in epoch milliseconds. */
  readonly at: number
  /** The response status. 0 if there was no response. */
  readonly status: number
  /** The body, parsed if it is JSON. */
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
  /** True if the request comes from the CLI or its run processes: the CLI's endpoints and telemetry. */
  readonly fromWorker: boolean
}

/** Whether a request comes from the CLI. */
export function isWorkerTraffic(path: string, headers: Readonly<Record<string, string>>): boolean {
  return /^\/(engine|otel)\//.test(path) || headers['x-trigger-worker'] === 'true' || /\/(whoami|projects)\b/.test(path)
}
