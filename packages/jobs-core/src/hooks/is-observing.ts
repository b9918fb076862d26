import { callSafely } from '../runtime/call-safely.ts'
import type { Instrumentation } from './instrumentation.ts'

/** Returns whether an instrumentation observes anything now. If it throws, it does not. */
export function isObserving(instrument: Instrumentation | undefined): instrument is Instrumentation {
  if (!instrument) return false
  return callSafely(() => instrument.isEnabled?.() ?? true) ?? false
}
