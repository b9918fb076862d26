import { systemTenantId } from '../values/reserved-names.ts'
import { concludeAttempt } from './conclude-attempt.ts'
import { HandlerAttempt, type HandledAttempt } from './handler-attempt.ts'
import { noTransactionError } from '../engines/open-transaction.ts'

/** Starts an attempt of a handler, in a transaction if its definition requires one. */
export function startHandler(attempt: HandledAttempt): void {
  const { definition, envelope, host } = attempt
  const sendsTicks = definition.kind === 'cron' && definition.tenants && envelope.tenantId === systemTenantId
  if (definition.transaction && !(sendsTicks && host.tickHost)) void startInTransaction(attempt)
  else new HandlerAttempt(attempt).start()
}

/** Opens the transaction first, so that no timeout includes the time until a connection is free. */
async function startInTransaction(attempt: HandledAttempt): Promise<void> {
  const { openTransaction, signal } = attempt.options
  try {
    if (!openTransaction) throw noTransactionError(attempt.host.limits.provider)
    attempt.transaction = await openTransaction(signal)
  } catch (thrown) {
    return concludeAttempt(attempt, { completed: undefined, thrown, isChecking: !openTransaction }, undefined)
  }
  new HandlerAttempt(attempt).start()
}
