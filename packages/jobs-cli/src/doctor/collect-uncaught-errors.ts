import { toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { Finding } from './doctor-report.ts'

/**
 * Collects uncaught errors instead of letting them end the process: modules of an app may start things that fail, such
 * as a connection. Returns a function that reports the errors until then.
 */
export function collectUncaughtErrors(): () => Finding[] {
  const messages = new Set<string>()
  // Unhandled rejections also arrive here.
  process.on('uncaughtException', (error) => messages.add(toErrorInfo(error).message.split('\n')[0] ?? ''))
  return () => [...messages].map(toFinding)
}

function toFinding(message: string): Finding {
  const remedy = '`doctor` imports the files: they should define jobs and start nothing.'
  return { check: 'jobs', status: 'warning', message: `an uncaught error in a file with jobs: ${message}`, remedy }
}
