import type { Attempt } from './attempt.ts'
import { callHook } from '../hooks/hooks.ts'

/** Reports that an attempt starts. */
export function announceAttempt(attempt: Attempt): void {
  const { hooks } = attempt.host
  if (hooks?.onAttemptStart) callHook(hooks, 'onAttemptStart', { ...attempt.info }, attempt.bound)
  attempt.log('debug', 'The attempt started.')
}
