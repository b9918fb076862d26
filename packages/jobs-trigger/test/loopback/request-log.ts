/** One request that the server got. */
export interface RecordedRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** When it came, in ms of the epoch. */
  readonly at: number
  /** 0 where no answer was given. */
  readonly status: number
  /** Parsed where it is JSON. */
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
  /** Made by the CLI or by code in its run processes, not by the tested client: the CLI's own endpoints and telemetry. */
  readonly fromWorker: boolean
}

/** Whether a request is the CLI's own traffic. */
export function isWorkerTraffic(path: string, headers: Readonly<Record<string, string>>): boolean {
  return /^\/(engine|otel)\//.test(path) || headers['x-trigger-worker'] === 'true' || /\/(whoami|projects)\b/.test(path)
}
