/** An error as JSON, the same on every engine. Whatever a handler threw becomes one, also a string or `undefined`. */
export interface JobErrorInfo {
  /** Such as `TypeError`; `NonError` where something else was thrown. */
  readonly name: string
  /** The error's message, or a description of what else was thrown. */
  readonly message: string
  /** The error's own `code`, where it has one. */
  readonly code?: string
  /** Absent where the error had none. */
  readonly stack?: string
  /** The error's `cause`, at most five deep. */
  readonly cause?: JobErrorInfo
}

const maxCauses = 5

/** Describes anything that was thrown. Never throws itself: not for a cycle of causes, nor for a getter that does. */
export function toErrorInfo(thrown: unknown, depth = 0): JobErrorInfo {
  if (!(thrown instanceof Error) && !looksLikeError(thrown)) {
    return { name: 'NonError', message: `${describeThrown(thrown)} was thrown, not an Error` }
  }
  const { name, message, code, stack, cause } = readError(thrown)
  return {
    name: typeof name === 'string' && name !== '' ? name : 'Error',
    message: typeof message === 'string' ? message : describeThrown(message),
    ...((typeof code === 'string' || typeof code === 'number') && { code: String(code) }),
    ...(typeof stack === 'string' && { stack }),
    ...(cause !== undefined && depth < maxCauses && { cause: toErrorInfo(cause, depth + 1) }),
  }
}

/** The thrown value where it is an Error, otherwise an Error that says what was thrown and carries it as its cause. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown
  const { name, message } = toErrorInfo(thrown)
  return Object.assign(new Error(message, { cause: thrown }), { name })
}

function looksLikeError(thrown: unknown): thrown is Error {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'name' in thrown
}

function readError(error: Error): Partial<Record<'name' | 'message' | 'code' | 'stack' | 'cause', unknown>> {
  const read = (key: string): unknown => {
    try {
      return (error as unknown as Record<string, unknown>)[key]
    } catch {
      return undefined
    }
  }
  const [name, message, code, stack, cause] = ['name', 'message', 'code', 'stack', 'cause'].map(read)
  return { name, message, code, stack, cause }
}

function describeThrown(thrown: unknown): string {
  if (typeof thrown === 'string') return JSON.stringify(thrown)
  try {
    if (typeof thrown !== 'object' || thrown === null) return `\`${String(thrown)}\``
    // Its keys alone: an answer of an HTTP client holds the headers that it was asked with.
    return `an object (${Object.keys(thrown).slice(0, 10).join(', ')})`
  } catch {
    return `a ${typeof thrown}`
  }
}
