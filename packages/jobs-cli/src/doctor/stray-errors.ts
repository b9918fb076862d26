import { toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { Finding } from './doctor-report.ts'

/**
 * Keeps errors that nobody caught from ending the process, since modules of an app may start more than they should, such
 * as a connection. The answer tells those so far.
 */
export function catchStrayErrors(): () => Finding[] {
  const messages = new Set<string>()
  // A rejection that nobody handled comes here, too.
  process.on('uncaughtException', (error) => messages.add(toErrorInfo(error).message.split('\n')[0] ?? ''))
  return () => [...messages].map(toFinding)
}

function toFinding(message: string): Finding {
  const remedy = 'The files are imported here as they are: they should define jobs and start nothing.'
  return { check: 'jobs', status: 'warning', message: `what the files started failed: ${message}`, remedy }
}
