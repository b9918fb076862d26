import { truncate } from '../errors/truncate.ts'

/** An error as JSON, the same on every engine. Any thrown value becomes one, including a string or `undefined`. */
export interface JobErrorInfo {
  /** The error's name, such as `TypeError`. `NonError` if the thrown value was not an error. */
  readonly name: string
  /** The error's message, or a description of another thrown value. */
  readonly message: string
  /** The error's `code`; absent if it has none. */
  readonly code?: string
  /** The error's stack; absent if it has none. */
  readonly stack?: string
  /** The error's `cause`, at most five levels deep. */
  readonly cause?: JobErrorInfo
}

const maxCauses = 5
const maxKeyCharacters = 100

/** Describes any thrown value, in well-formed Unicode. Never throws, even for circular causes, getters that throw or a revoked proxy. */
export function toErrorInfo(thrown: unknown, depth = 0): JobErrorInfo {
  if (!isError(thrown) && !looksLikeError(thrown)) {
    return { name: 'NonError', message: `${describeThrown(thrown)} was thrown, not an Error` }
  }
  const { name, message, code, stack, cause } = readError(thrown)
  return {
    name: typeof name === 'string' && name !== '' ? name.toWellFormed() : 'Error',
    message: typeof message === 'string' ? message.toWellFormed() : describeThrown(message),
    ...((typeof code === 'string' || typeof code === 'number') && { code: String(code).toWellFormed() }),
    ...(typeof stack === 'string' && { stack: stack.toWellFormed() }),
    ...(cause !== undefined && depth < maxCauses && { cause: toErrorInfo(cause, depth + 1) }),
  }
}

/**
 * Returns the thrown value if it is an `Error`. Otherwise returns an `Error` that describes it, with it as the cause.
 */
export function toError(thrown: unknown): Error {
  if (isError(thrown)) return thrown
  const { name, message } = toErrorInfo(thrown)
  return Object.assign(new Error(message, { cause: thrown }), { name })
}

function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error
  } catch {
    return false // a revoked proxy
  }
}

function looksLikeError(thrown: unknown): thrown is Error {
  try {
    return typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'name' in thrown
  } catch {
    return false
  }
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
    // Only its keys: the response of an HTTP client contains the headers of the request.
    return `an object (${Object.keys(thrown)
      .slice(0, 10)
      .map((key) => truncate(key, maxKeyCharacters).toWellFormed())
      .join(', ')})`
  } catch {
    return 'an object that cannot be read'
  }
}
