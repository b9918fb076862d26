/** An error with the message and the status of the real server. */
export class ServiceError extends Error {
  readonly status: number

  constructor(message: string, status = 422) {
    super(message)
    this.name = 'ServiceError'
    this.status = status
  }
}
