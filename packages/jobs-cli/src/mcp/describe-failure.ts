import { limitedMessage } from '@cgk-platform/jobs-core/tools'

import { describeError, type DescribedError } from '../operations/describe-error.ts'
import type { ToolAccess } from './tool.ts'

const hidden = 'The engine did not answer, or refused. The error is on stderr of the server.'

/** Describes an error for an assistant. For one of one tenant, an error that can name other tenants goes to stderr. */
export function describeFailure(error: unknown, { tenantId }: Pick<ToolAccess, 'tenantId'>): DescribedError {
  const described = describeError(error)
  if (tenantId === undefined) return described
  const message = limitedMessage(described)
  if (message === undefined) process.stderr.write(`error: ${described.message}\n`)
  return { ...described, message: message ?? hidden }
}
