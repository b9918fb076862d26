import { environment } from '../environment.ts'
import { type JobErrorInfo, toErrorInfo } from '../runs/error-info.ts'
import type { LogFields, LoggerLike, LogLevel } from './logger.ts'

const levels: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent']

/** Where the default logger writes, and how; for tests and for terminals of your own. */
export interface LogOutput {
  /** Lines for people rather than JSON for machines. */
  readonly readable: boolean
  readonly level: string
  write(level: LogLevel, line: string): void
  now(): Date
}

/**
 * The logger that is used when none is given: readable lines on a terminal, one JSON object a line elsewhere.
 * `JOB_LOG_LEVEL` (`debug`, `info`, `warn`, `error`, `silent`; default `info`) is read at every line.
 */
export function createDefaultLogger(output: Partial<LogOutput> = {}): LoggerLike {
  const line = (level: LogLevel) => (message: unknown, fields?: unknown) => {
    const least = output.level ?? environment()['JOB_LOG_LEVEL'] ?? 'info'
    if (levels.indexOf(level) < Math.max(0, levels.includes(least) ? levels.indexOf(least) : 1)) return
    const time = (output.now?.() ?? new Date()).toISOString()
    const facts = plainFields((fields ?? {}) as LogFields)
    const text =
      (output.readable ?? isTerminal())
        ? readableLine(time, level, String(message), facts)
        : JSON.stringify({ time, level, message, ...facts })
    if (output.write) output.write(level, text)
    else console[level](text)
  }
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
}

function isTerminal(): boolean {
  const { process } = globalThis as { process?: { stdout?: { isTTY?: boolean } } }
  return process?.stdout?.isTTY === true
}

function readableLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const { error, ...others } = fields
  const facts = Object.entries(others).map(([key, value]) => ` ${key}=${readableValue(value)}`)
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${message}${facts.join('')}${readableError(error)}`
}

/** An error's stack on lines of its own, with those of its causes. */
function readableError(error: unknown): string {
  if (error === undefined) return ''
  const { name, message, stack, cause } = error as Partial<JobErrorInfo>
  if (name === undefined) return ` error=${readableValue(error)}`
  const text = stack ?? `${name}: ${message}`
  return `\n  ${text.replaceAll('\n', '\n  ')}${cause ? `\n  caused by:${readableError(cause)}` : ''}`
}

function readableValue(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
  return JSON.stringify(value) ?? String(value)
}

/** Fields as JSON can write them: errors in words, BigInt as text, cycles cut. */
function plainFields(fields: LogFields): LogFields {
  const seen = new WeakSet<object>()
  const text = JSON.stringify(fields, (_key, value: unknown) => {
    if (typeof value === 'bigint') return value.toString()
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return '[seen above]'
    seen.add(value)
    return value instanceof Error ? toErrorInfo(value) : value
  })
  return JSON.parse(text) as LogFields
}
