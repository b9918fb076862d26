import type { JobContext } from '@cgk-platform/jobs-core'

/** Creates a handler that throws in every attempt before this one. */
export function failUntil(attempt: number): (event: unknown, context: JobContext) => void {
  return (_event, context) => {
    if (context.attempt < attempt) throw new Error(`attempt ${context.attempt} failed`)
  }
}
