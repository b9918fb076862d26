import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { Signal } from '../events/define-signal.ts'
import { type CheckedOptions, declareOptions, type DeclaredOptions } from '../options/declare-options.ts'
import type { Duration } from '../options/duration.ts'
import { custom, duration, string } from '../options/kinds.ts'
import { signalNameOf } from './signal-job.ts'
import type { SignalSecret } from './signal-token.ts'

/** The options of `createSignalToken`. */
export interface SignalTokenOptions<Schema extends StandardSchemaV1 = StandardSchemaV1> {
  /** The job that gets the signal. */
  jobId: string
  /** The tenant of the job. */
  tenantId: string
  /** The signal, or its name. */
  signal: Signal<Schema> | string
  /** The payload. Whoever has the token can read it, not change it. Default: the call of `signalWithToken` passes one. */
  payload?: StandardSchemaV1.InferInput<Schema> | undefined
  /** Time for which the token is valid: milliseconds or `'7d'`. */
  expiresIn: number | Duration
  /** The secret to sign with, of at least 32 characters. Default: `JOB_SIGNAL_SECRET`. */
  secret?: SignalSecret | undefined
}

const jobRemedy = 'Pass the `jobId` and the `tenantId` of the context of the workflow, or those of the job handle.'

function checkSignal(signal: Signal | string): Signal | string {
  signalNameOf(signal)
  return signal
}

/** The declarations of `SignalTokenOptions`. */
export const tokenOptions: DeclaredOptions<CheckedOptions<SignalTokenOptions>> = declareOptions<SignalTokenOptions>(
  '`createSignalToken`',
  {
    jobId: string({ required: jobRemedy, remedy: jobRemedy }),
    tenantId: string({ required: jobRemedy, remedy: jobRemedy }),
    signal: custom(checkSignal, { required: 'Pass the result of `defineSignal`.' }),
    payload: custom(),
    expiresIn: duration({ required: "Set how long the token is valid: `{ expiresIn: '7d' }`.", minMs: 1 }),
    secret: custom(),
  },
)

/** The options of `signalWithToken`. */
export interface TokenOptions {
  /** The secret that signed the token, or the current one and former ones. Default: `JOB_SIGNAL_SECRET`. */
  secret?: SignalSecret | undefined
}

/** The declarations of `TokenOptions`. */
export const verifyOptions: DeclaredOptions<CheckedOptions<TokenOptions>> = declareOptions<TokenOptions>(
  '`signalWithToken`',
  {
    secret: custom(),
  },
)
