/** The error for a request without a worker's reply, as the real server words it (pkg/syscode/codes.go). */
export class ConnectError extends Error {
  readonly code: 'connect_no_healthy_connection' | 'connect_worker_stopped_responding'

  constructor(code: ConnectError['code'], message: string) {
    super(message)
    this.code = code
  }
}
