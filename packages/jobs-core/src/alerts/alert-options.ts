import type { AlertMessage } from './alert-message.ts'
import type { CheckedRule } from './alert-rule.ts'

/** The checked options of `defineAlerts` that a tick needs. */
export interface AlertOptions {
  readonly id: string
  readonly rules: readonly CheckedRule[]
  readonly tenantId?: string | undefined
  notify(message: AlertMessage, context: { readonly signal: AbortSignal }): unknown
}
