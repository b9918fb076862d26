import type { LoggerLike } from '../logging/logger.ts'
import { record } from './journal.ts'

/** Begins every line that a handler of the suite writes. */
export const lineMark = 'conformance line'

/** In payloads and keys of the suite, which no line may hold. */
export const secretMark = 'conformance-secret'

/** A logger that writes down the lines of the suite's handlers, and every line that holds a payload or a key. */
export function conformanceLogger(bindings: Readonly<Record<string, unknown>> = {}): LoggerLike {
  const write =
    (level: string) =>
    (...line: unknown[]): void => {
      const text = textOf(line)
      const isOwn = line.some((part) => typeof part === 'string' && part.startsWith(lineMark))
      if (!isOwn && !text.includes(secretMark)) return
      const { jobId = '', runId = '', attempt = 0, tenantId = '', definition = '' } = bindings
      record({
        what: isOwn ? 'logged' : 'leaked',
        definition: String(definition),
        jobId: String(jobId),
        runId: String(runId),
        attempt: Number(attempt),
        maxAttempts: 0,
        tenantId: String(tenantId),
        seen: { level, text },
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
