import { processState } from '../runtime/process-state.ts'
import type { Logger } from './logger.ts'

/** Logs a warning about the environment once in this process, whichever client logs it. */
export function warnOnce(logger: Pick<Logger, 'warn'>, warning: string): void {
  const logged = processState('engineWarnings', () => new Set<string>())
  if (logged.has(warning)) return
  logged.add(warning)
  logger.warn(warning)
}
