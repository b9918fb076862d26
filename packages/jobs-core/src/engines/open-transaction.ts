import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.ts'
import type { HandlerTransaction } from './engine-types.ts'

/** A transaction that an engine has opened for code of the app. */
export interface OpenTransaction<End> {
  /** Passed to the code. It must fail once the transaction has ended. */
  readonly transaction: HandlerTransaction
  /** Records the end of the code in the transaction, and commits it. Rejects if nothing was committed. */
  commit(end: End): Promise<void>
  /** Rolls back, also after a commit that was rejected. Never rejects. @param isInUse - whether the code still runs */
  rollback(isInUse: boolean): Promise<void>
}

/** Opens a transaction. Waits until there is a connection for it. Rejects with the reason of a signal that aborts. */
export type TransactionOpener<End> = (signal: AbortSignal) => Promise<OpenTransaction<End>>

/** Returns the error of code that requires a transaction on an engine that passes none. */
export function noTransactionError(provider: string): UnsupportedFeatureError {
  const remedy = 'Remove `transaction`, or make the provider of the engine open transactions.'
  return new UnsupportedFeatureError({ feature: 'transaction of a handler', provider, remedy })
}
