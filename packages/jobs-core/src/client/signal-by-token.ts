import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { carrierSchemaOf } from '../events/define-signal.ts'
import { hasDates } from '../events/event-type.ts'
import { signalEventOf } from '../events/signal-event.ts'
import { toJson } from '../events/to-json.ts'
import { checkDates, validatePayload } from '../events/validate-payload.ts'
import type { JobRegistry } from '../jobs/job-registry.ts'
import type { Clock } from '../time/clock.ts'
import type { Json } from '../values/json.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import type { JobClient } from './job-client.ts'
import { signalNameOf } from './signal-job.ts'
import { signToken, verifyToken } from './signal-token.ts'
import { tokenOptions, verifyOptions } from './signal-token-options.ts'

/** The operations with tokens. */
export type TokenOperations = Pick<JobClient, 'createSignalToken' | 'signalWithToken'>

/** Creates the operations with tokens. */
export function createTokenOperations(
  client: () => Pick<JobClient, 'forTenant' | 'forSystem'>,
  jobs: Pick<JobRegistry, 'events'>,
  clock: Clock,
): TokenOperations {
  return {
    async createSignalToken(options) {
      const { jobId: job, tenantId: tenant, signal: given, payload, expiresInMs, secret } = tokenOptions.read(options)
      const until = clock.now() + expiresInMs
      const signal = signalNameOf(given)
      if (payload === undefined) return signToken({ job, tenant, signal, until }, secret)
      const event = signalEventOf(signal)
      const schema = carrierSchemaOf(given, jobs.events)
      const copy = toJson({ tenantId: tenant, jobId: job, payload }, 'payload', hasDates(schema))
      checkDates(copy, await validatePayload(event, schema, copy.json))
      const { payload: fixed } = copy.json as { readonly payload: Json }
      return signToken({ job, tenant, signal, until, payload: fixed }, secret)
    },

    async signalWithToken(token, payload, options) {
      const { secret } = verifyOptions.read(options)
      const { job, tenant, signal, payload: fixed, signature } = await verifyToken(token, secret, clock.now())
      if (fixed !== undefined && payload !== undefined) {
        const problem = 'is given, but the token has its own'
        throw new InvalidOptionError({ option: 'payload', problem, remedy: 'Omit it.' })
      }
      const owner = tenant === systemTenantId ? client().forSystem() : client().forTenant(tenant)
      await owner.signalJob(job, signal, fixed ?? payload, { idempotencyKey: `token/${signature}` })
    },
  }
}
