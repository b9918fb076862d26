import type { LoggerLike } from '@cgk-platform/jobs-core'

import { record } from './journal.ts'

/** The start of every log line that a handler of the suite writes. */
export const lineMarker = 'conformance line'

/** A marker in payloads and keys of the suite. No log line may contain it. */
export const secretMarker = 'conformance-secret'

/**
 * Returns a logger that records the lines of the suite's handlers, warnings about unhandled events, and every line that
 * contains a payload or a key.
 */
export function conformanceLogger(bindings: Readonly<Record<string, unknown>> = {}): LoggerLike {
  const write =
    (level: string) =>
    (...line: unknown[]): void => {
      const text = textOf(line)
      const isOwn = line.some((part) => typeof part === 'string' && part.startsWith(lineMarker))
      const isLeaked = text.includes(secretMarker)
      const isWarning = level === 'warn' && text.includes('unhandled')
      if (!isOwn && !isLeaked && !isWarning) return
      const { jobId = '', runId = '', attempt = 0, tenantId = '', definitionId = '' } = bindings
      record({
        kind: isOwn ? 'logged' : isLeaked ? 'leaked' : 'warned',
        definition: String(definitionId),
        jobId: String(jobId),
        runId: String(runId),
        attempt: Number(attempt),
        maxAttempts: 0,
        tenantId: String(tenantId),
        details: { level, text },
      })
    }
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (more) => conformanceLogger({ ...bindings, ...more }),
  }
}

function textOf(line: readonly unknown[]): string {
  try {
    return JSON.stringify(line, (_key, value: unknown) =>
      value instanceof Error ? `${value.name}: ${value.message}` : value,
    )
  } catch {
    return String(line)
  }
}
