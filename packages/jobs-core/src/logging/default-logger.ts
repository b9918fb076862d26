import { environment } from '../environment.ts'
import { type JobErrorInfo, toErrorInfo } from '../runs/error-info.ts'
import type { LogFields, LoggerLike, LogLevel } from './logger.ts'

const levels: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent']

/** Where the default logger writes, and how; for tests and for terminals of your own. */
export interface LogOutput {
  /** Lines for people rather than JSON for machines. */
  readonly readable: boolean
  /** The lowest that is written. */
  readonly level: string
  /** Takes a whole line, without its end. */
  write(level: LogLevel, line: string): void
  /** The time that a line is given. */
  now(): Date
}

/**
 * The logger that is used when none is given: readable lines on a terminal, one JSON object a line elsewhere, on stderr,
 * since stdout is the program's own. The least level that is written is `JOB_LOG_LEVEL` (`debug`, `info`, `warn`, `error`, `silent`; default `info`), read when the
 * logger is made.
 */
export function createDefaultLogger(output: Partial<LogOutput> = {}): LoggerLike {
  // oxlint-disable-next-line no-console -- the console is where it writes
  const { now = () => new Date(), write = (_level, line) => console.error(line) } = output
  const wanted = output.level ?? environment()['JOB_LOG_LEVEL'] ?? 'info'
  const least = levels.indexOf(levels.includes(wanted) ? wanted : 'info')
  const isLevelEnabled = (level: string): boolean => levels.indexOf(level) >= least

  const line = (level: LogLevel) => (message: unknown, fields?: unknown) => {
    if (!isLevelEnabled(level)) return
    const time = now().toISOString()
    const facts = plainFields((fields ?? {}) as LogFields)
    const readable = output.readable ?? isTerminal()
    write(
      level,
      readable ? readableLine(time, level, String(message), facts) : jsonLine({ time, level, message }, facts),
    )
  }
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error'), isLevelEnabled }
}

function isTerminal(): boolean {
  const { process } = globalThis as { process?: { stderr?: { isTTY?: boolean } } }
  return process?.stderr?.isTTY === true
}

/** A fact that is named like one of the line's own members does not replace it. */
function jsonLine(own: LogFields, facts: LogFields): string {
  return JSON.stringify({ ...own, ...facts, ...own })
}

function readableLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const { error, ...others } = fields
  const facts = Object.entries(others).map(([key, value]) => ` ${key}=${readableValue(value)}`)
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${message}${facts.join('')}${readableError(error)}`
}

/** An error's stack on lines of its own, with those of its causes. */
function readableError(error: unknown): string {
  if (error === undefined) return ''
  const { name, message, stack, cause } = (error ?? {}) as Partial<JobErrorInfo>
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
