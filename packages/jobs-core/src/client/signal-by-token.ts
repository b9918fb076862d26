import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { hasDates } from '../events/event-type.ts'
import { signalEventOf, signalSchema } from '../events/signal-event.ts'
import { toJson } from '../events/to-json.ts'
import { validatePayload } from '../events/validate-payload.ts'
import type { JobRegistry } from '../jobs/job-registry.ts'
import type { Clock } from '../time/clock.ts'
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
      const { jobId: job, tenantId: tenant, signal: name, payload, expiresInMs, secret } = tokenOptions.read(options)
      const until = clock.now() + expiresInMs
      const signal = signalNameOf(name)
      if (payload === undefined) return signToken({ job, tenant, signal, until }, secret)
      const event = signalEventOf(signal)
      const schema = jobs.events.use(event)?.schema ?? signalSchema()
      const { json } = toJson(payload, 'payload', hasDates(schema))
      await validatePayload(event, schema, { tenantId: tenant, jobId: job, payload: json })
      return signToken({ job, tenant, signal, until, payload: json }, secret)
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
