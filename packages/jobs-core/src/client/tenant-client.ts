import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { JobsError } from '../errors/jobs-error.ts'
import { TenantMismatchError } from '../errors/tenant-mismatch-error.ts'
import type { JobEvent, JobInput } from '../events/job-events.ts'
import type { OwnEvent } from '../events/own-event.ts'
import { kindOf } from '../options/kind-of.ts'
import { checkOptionNames } from '../options/check-option-names.ts'
import { checkItem, checkItems } from './check-items.ts'
import { eventNameOf } from './event-name-of.ts'
import type { JobClient, JobOperations, TenantClient } from './job-client.ts'
import type { PauseOperations } from './pause-operations.ts'
import type { JobItem, SendResult } from '../sends/send-options.ts'
import type { Sender } from './sender.ts'

/**
 * Creates a client for one tenant. `operations` must already be limited to this tenant, except `listJobs`, `cancelJobs`
 * and those that pause.
 */
export function createTenantClient(
  tenantId: string,
  sender: Sender,
  operations: JobOperations &
    Pick<JobClient, 'listJobs' | 'cancelJobs'> &
    Pick<TenantClient, 'inspect' | 'erase' | 'export'> &
    PauseOperations,
): TenantClient {
  const checkTenant = (operation: string, given: unknown): void => {
    if (given !== undefined && given !== tenantId) throw new TenantMismatchError({ operation, tenantId })
  }
  const ownTarget = (operation: string, given: { readonly tenantId?: unknown } | undefined): { tenantId: string } => {
    checkOptionNames(`\`${operation}\` of one tenant`, given, ['tenantId'])
    checkTenant(operation, given?.tenantId)
    return { tenantId }
  }
  const withTenant = <Event extends JobEvent | OwnEvent>(event: Event, payload: unknown): JobInput<Event> => {
    if (typeof payload !== 'object' || payload === null || Array.isArray(payload) || payload instanceof Date) {
      const problem = `is ${payload instanceof Date ? 'a Date' : kindOf(payload)}, not an object`
      throw new InvalidOptionError({ option: 'payload', problem, remedy: 'Pass the payload as an object.' })
    }
    checkTenant(eventNameOf(event), (payload as { tenantId?: unknown }).tenantId)
    // Not spread, so that classes, symbols and getters are rejected as in any other send.
    const properties = { ...Object.getOwnPropertyDescriptors(payload), tenantId: { value: tenantId, enumerable: true } }
    return Object.create(Object.getPrototypeOf(payload) as object | null, properties) as JobInput<Event>
  }

  return {
    tenantId,
    sendJob: async (event, payload, options) => sender.send(event, withTenant(event, payload), options),
    scheduleJob: async (event, payload, options) => sender.schedule(event, withTenant(event, payload), options),
    async sendJobs(items) {
      checkItems(items)
      const checked = items.map((item, index): JobItem | JobsError => {
        try {
          checkItem(item, index)
          const { event, payload, options } = item
          return { event, payload: withTenant(event, payload), options } as JobItem
        } catch (error) {
          if (JobsError.isInstance(error)) return error
          throw error
        }
      })
      const sent = checked.filter((one): one is JobItem => !JobsError.isInstance(one))
      const sentResults = await sender.sendMany(sent)
      const results = new Map(sent.map((item, index) => [item, sentResults[index]!]))
      return checked.map((one): SendResult =>
        JobsError.isInstance(one) ? { ok: false, error: one } : results.get(one)!,
      )
    },
    ...operations,
    async listJobs(options) {
      checkTenant('listJobs', options?.tenantId)
      return operations.listJobs({ ...options, tenantId })
    },
    async cancelJobs(options) {
      checkTenant('cancelJobs', (options as Partial<typeof options> | undefined)?.tenantId)
      return operations.cancelJobs({ ...options, tenantId })
    },
    pauseJobs: async (given?: object) => operations.pauseJobs(ownTarget('pauseJobs', given)),
    resumeJobs: async (given?: object) => operations.resumeJobs(ownTarget('resumeJobs', given)),
    async listPauses() {
      const pauses = await operations.listPauses()
      return pauses.filter((pause) => pause.tenantId === undefined || pause.tenantId === tenantId)
    },
  }
}
