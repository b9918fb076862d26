import { callSafely } from '../runtime/call-safely.ts'
import { environment } from '../runtime/environment.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { quote } from '../errors/quote.ts'
import { type JobErrorInfo, toErrorInfo } from '../errors/error-info.ts'
import { escapeInvisible, escapeInvisibleInJson } from './escape-invisible.ts'
import type { LogFields, LoggerLike, LogLevel } from './logger.ts'
import { shortenStack } from './shorten-stack.ts'

const levels: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent']

/** The output of the default logger, for tests and custom terminals. */
export interface LogOutput {
  /** True for readable lines, false for JSON. */
  readonly readable: boolean
  /** The minimum level. */
  readonly level: string
  /** Writes one line, passed without a line break. */
  write(level: LogLevel, line: string): void
  /** Returns the time for a line. */
  now(): Date
  /** Returns fields for every line, such as the ids of a trace. The line's own fields replace them. */
  fields?(): LogFields | undefined
}

/**
 * Creates the default logger. It writes to stderr: readable lines on a terminal, otherwise one JSON object per line.
 * The environment variable `JOB_LOG_LEVEL` sets the minimum level: `debug`, `info`, `warn`, `error` or `silent`.
 * Default: `info`. It is read when the logger is created.
 *
 * @throws {InvalidOptionError} if `JOB_LOG_LEVEL` is another value
 */
export function createDefaultLogger(output: Partial<LogOutput> = {}): LoggerLike {
  // oxlint-disable-next-line no-console -- the logger writes to the console
  const { now = () => new Date(), write = (_level, line) => console.error(line) } = output
  const { level: given = environment()['JOB_LOG_LEVEL'] || 'info' } = output
  const error = logLevelError(given)
  if (error) throw error
  const minimum = levels.indexOf(given)
  const isLevelEnabled = (lineLevel: string): boolean => levels.indexOf(lineLevel) >= minimum

  const line = (lineLevel: LogLevel) => (message: unknown, fields?: unknown) => {
    if (!isLevelEnabled(lineLevel)) return
    const time = now().toISOString()
    const plain = plainFields({ ...commonFields(output), ...(fields as LogFields | undefined) })
    const isReadable = output.readable ?? isTerminal()
    write(
      lineLevel,
      isReadable
        ? readableLine(time, lineLevel, String(message), plain)
        : jsonLine({ time, level: lineLevel, message }, plain),
    )
  }
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error'), isLevelEnabled }
}

/** Returns the error of a value of `JOB_LOG_LEVEL` that is not a level. */
export function logLevelError(level: string): InvalidOptionError | undefined {
  if (levels.includes(level)) return undefined
  const accepted = levels.map((one) => `\`${one}\``)
  const remedy = `Set it to ${accepted.slice(0, -1).join(', ')} or ${accepted.at(-1)}.`
  return new InvalidOptionError({
    option: 'JOB_LOG_LEVEL',
    problem: `is ${quote(level)}, which is not a level`,
    remedy,
  })
}

/** Returns the fields for every line. An error is ignored, so that the line is still written. */
function commonFields({ fields }: Partial<LogOutput>): LogFields | undefined {
  return callSafely(() => fields?.())
}

function isTerminal(): boolean {
  const { process } = globalThis as { process?: { stderr?: { isTTY?: boolean } } }
  return process?.stderr?.isTTY === true
}

/** Formats a JSON line. Fields do not replace `time`, `level` or `message`. */
function jsonLine(own: LogFields, fields: LogFields): string {
  return escapeInvisibleInJson(JSON.stringify({ ...own, ...fields, ...own }))
}

function readableLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const { error, ...others } = fields
  const pairs = Object.entries(others).map(([key, value]) => ` ${key}=${readableValue(value)}`)
  const line = `${time.slice(11, 23)} ${level.padEnd(5)} ${indented(message)}${pairs.join('')}${readableError(error)}`
  return escapeInvisible(line, '\n\t') // text of others must not steer the terminal
}

/** Formats an error: its stack on separate lines, with the stacks of its causes. */
function readableError(error: unknown): string {
  if (error === undefined) return ''
  const { name, message, stack, cause } = (error ?? {}) as Partial<JobErrorInfo>
  if (name === undefined) return ` error=${readableValue(error)}`
  const text = stack ?? `${name}: ${message}`
  return `\n  ${indented(text)}${cause ? `\n  caused by:${readableError(cause)}` : ''}`
}

/** Indents the further lines of a text, so that they do not look like lines of the log. */
function indented(text: string): string {
  return text.replaceAll('\n', '\n  ')
}

function readableValue(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
  return JSON.stringify(value) ?? String(value)
}

/** Converts fields to JSON values: errors to objects, BigInt to strings, and without cycles. */
function plainFields(fields: LogFields): LogFields {
  const seen = new WeakSet<object>()
  const text = JSON.stringify(fields, (key, value: unknown) => {
    if (typeof value === 'bigint') return value.toString()
    if (key === 'stack' && typeof value === 'string') return shortenStack(value)
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return '[seen above]'
    seen.add(value)
    return value instanceof Error ? toErrorInfo(value) : value
  })
  return JSON.parse(text) as LogFields
}
