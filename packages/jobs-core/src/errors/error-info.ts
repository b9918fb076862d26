import { truncate } from './truncate.ts'
import type { JobErrorInfo } from './job-error-info.ts'
import { truncateErrorInfo, truncateStack } from './truncate-error-info.ts'

export type { JobErrorInfo } from './job-error-info.ts'

const maxCauses = 5
const maxKeyCharacters = 100
/** Maximum number of errors of an `AggregateError` that its message names, and of characters of each. */
const maxInnerErrors = 5
const maxInnerCharacters = 1000

/**
 * Describes any thrown value, in well-formed Unicode, each text cut to 16,384 characters. Never throws, even for circular
 * causes, getters that throw or a revoked proxy.
 */
export function toErrorInfo(thrown: unknown): JobErrorInfo {
  return truncateErrorInfo(describe(thrown, 0))
}

/** The stored forms of errors whose texts are encoded, by the errors. */
const storedInfos = new WeakMap<object, JobErrorInfo>()

/** Makes `toErrorInfo` return the stored form of a thrown value. Returns false if the value can have none. */
export function setStoredInfo(thrown: unknown, info: JobErrorInfo): boolean {
  if (typeof thrown !== 'object' || thrown === null) return false
  storedInfos.set(thrown, info)
  return true
}

function describe(thrown: unknown, depth: number): JobErrorInfo {
  const storedInfo = typeof thrown === 'object' && thrown !== null ? storedInfos.get(thrown) : undefined
  if (storedInfo) return storedInfo
  if (!isError(thrown) && !looksLikeError(thrown)) {
    const { code } = typeof thrown === 'object' && thrown !== null ? readError(thrown) : {}
    return { name: 'NonError', message: `${describeThrown(thrown)} was thrown, not an Error`, ...codeOf(code) }
  }
  const { name, message, code, stack, cause, errors } = readError(thrown)
  const inner = name === 'AggregateError' || isError(thrown, AggregateError) ? firstOf(errors) : { first: [], count: 0 }
  const root = cause === undefined ? inner.first[0] : cause
  const text = (typeof message === 'string' ? message : describeThrown(message)).toWellFormed()
  return {
    name: typeof name === 'string' && name !== '' ? name.toWellFormed() : isError(thrown) ? 'Error' : 'NonError',
    message: withInner(text, inner).toWellFormed(),
    ...codeOf(code),
    ...(typeof stack === 'string' && { stack: truncateStack(stack.toWellFormed(), text) }),
    ...(root !== undefined && depth < maxCauses && { cause: describe(root, depth + 1) }),
  }
}

function codeOf(code: unknown): Pick<JobErrorInfo, 'code'> {
  return typeof code === 'string' || typeof code === 'number' ? { code: String(code).toWellFormed() } : {}
}

/** The first errors of an `AggregateError`, and how many it has. */
interface InnerErrors {
  readonly first: readonly unknown[]
  readonly count: number
}

/** Appends the messages of the first errors of an `AggregateError`, whose own message often says nothing. */
function withInner(message: string, { first, count }: InnerErrors): string {
  if (first.length === 0) return message
  const texts = first.map((error) => {
    if (!isError(error) && !looksLikeError(error))
      return `${truncate(describeThrown(error), maxInnerCharacters)} was thrown, not an Error`
    const { name, message: text } = readError(error)
    const shown = text === '' && typeof name === 'string' ? name : text
    return truncate(typeof shown === 'string' ? shown : describeThrown(shown), maxInnerCharacters)
  })
  if (count > first.length) texts.push(`and ${count - first.length} more`)
  return `${message && `${message}: `}${texts.join('; ')}`
}

/**
 * Returns the thrown value if it is an `Error`. Otherwise returns an `Error` that describes it, with it as the cause.
 */
export function toError(thrown: unknown): Error {
  if (isError(thrown)) return thrown
  const { name, message, code } = toErrorInfo(thrown)
  return Object.assign(new Error(message, { cause: thrown }), { name, ...(code !== undefined && { code }) })
}

function isError(thrown: unknown, kind: ErrorConstructor | AggregateErrorConstructor = Error): thrown is Error {
  try {
    return thrown instanceof kind
  } catch {
    return false // a revoked proxy
  }
}

/** Returns true for an error of another realm, and for an object such as `{ code, message }` that a library throws. */
function looksLikeError(thrown: unknown): thrown is Error {
  if (typeof thrown !== 'object' || thrown === null) return false
  const { name, message } = readError(thrown)
  return typeof message === 'string' && (message !== '' || typeof name === 'string')
}

function readError(
  error: object,
): Partial<Record<'name' | 'message' | 'code' | 'stack' | 'cause' | 'errors', unknown>> {
  const read = (key: string): unknown => {
    try {
      return (error as Record<string, unknown>)[key]
    } catch {
      return undefined
    }
  }
  const [name, message, code, stack, cause, errors] = ['name', 'message', 'code', 'stack', 'cause', 'errors'].map(read)
  return { name, message, code, stack, cause, errors }
}

/** Reads the first errors by index: an array can have billions of holes, or an iterator that never ends. */
function firstOf(errors: unknown): InnerErrors {
  try {
    if (!Array.isArray(errors)) return { first: [], count: 0 }
    const count = errors.length
    return {
      first: Array.from({ length: Math.min(count, maxInnerErrors) }, (_, index) => errors[index] as unknown),
      count,
    }
  } catch {
    return { first: [], count: 0 } // a revoked proxy
  }
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
