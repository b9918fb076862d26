/** The error in `inngest/function.failed`. */
export interface StandardError {
  readonly error: string
  readonly name: string
  readonly message: string
  readonly stack?: string
  readonly cause?: unknown
}

/** Converts the output of a failed attempt as the real server does (pkg/execution/state/driver_response.go). */
export function toStandardError(output: unknown): StandardError {
  const outer =
    typeof output === 'object' && output !== null ? (output as Record<string, unknown>) : { message: output }
  const inner = outer['error']
  const fields = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : outer
  const text = (name: string): string | undefined => {
    const value = fields[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const stack = text('stack')
  return {
    error: text('error') ?? 'NonRetriableError',
    name: text('name') ?? 'Error',
    message: text('message') ?? 'NonRetriableError',
    ...(stack !== undefined && { stack }),
    ...('cause' in fields && { cause: fields['cause'] }),
  }
}
