import type { AttemptPart } from '../hooks/instrumentation.ts'
import type { Attempt } from './attempt.ts'

/**
 * Runs code as an observed part of an attempt. The part ends with the code, or earlier if the code was stopped.
 *
 * @throws what the code throws
 */
export async function observePart<T>(
  attempt: Attempt,
  part: AttemptPart,
  signal: AbortSignal,
  code: () => T | Promise<T>,
): Promise<T> {
  const observed = attempt.startPart(part)
  if (!observed) return code()
  const stopped = (): void => observed.end({ type: 'failed', error: signal.reason })
  signal.addEventListener('abort', stopped, { once: true })
  try {
    const result = await observed.run(code, undefined)
    observed.end({ type: 'completed' })
    return result
  } catch (error) {
    observed.end({ type: 'failed', error })
    throw error
  } finally {
    signal.removeEventListener('abort', stopped)
  }
}
