import type { PauseTarget } from '@cgk-platform/jobs-core'

import type { Access } from '../access/authorize-request.ts'
import type { Permission } from '../access/dashboard-access.ts'
import { type Scope, scopeOf } from '../access/scope-of.ts'
import type { SentJson } from '../api-types.ts'
import type { DashboardAction } from '../audit.ts'
import { Refusal } from '../http/refusal.ts'
import type { ApiContext } from './api-context.ts'
import { changeJobs } from './change-jobs.ts'
import { type Fields, readFields, readFilter, readFlag, readIds, readOptionalText, readText } from './read-fields.ts'

/** An action with its checked target. */
interface PreparedAction {
  /** The target, for the audit log. */
  readonly target: Readonly<Record<string, unknown>>
  /** Performs the action, and returns the answer. */
  perform(context: ActionContext): Promise<object>
}

/** The services of one action. */
export interface ActionContext extends Pick<ApiContext, 'client' | 'logger' | 'seal'> {
  readonly access: Access
  /** The jobs of the tenant that the request names. @throws {Refusal} */
  scope(): Scope
  /** Aborts when the browser has gone, or the time of the request is over. */
  readonly signal: AbortSignal
}

/** An action of a user on jobs. */
interface Action {
  readonly permission: Permission
  readonly names: readonly string[]
  prepare(fields: Fields): PreparedAction
}

const byId = (action: 'retry' | 'cancel'): Action => ({
  permission: action,
  names: ['ids'],
  prepare(fields) {
    const ids = readIds(fields)
    return {
      target: { ids },
      perform: async (context) => changeJobs(action, { ids }, context.scope(), context),
    }
  },
})

const matching = (action: 'retry' | 'cancel'): Action => ({
  permission: action,
  names: ['filter', 'dryRun', 'cursor'],
  prepare(fields) {
    const filter = readFilter(fields)
    const dryRun = readFlag(fields, 'dryRun')
    const cursor = readOptionalText(fields, 'cursor')
    return {
      target: { filter, dryRun },
      perform: async (context) => changeJobs(action, filter, context.scope(), { ...context, dryRun, cursor }),
    }
  },
})

const onTarget = (operation: 'pauseJobs' | 'resumeJobs'): Action => ({
  permission: 'pause',
  names: ['definition', 'tenant'],
  prepare(fields) {
    const isDefinition = fields['definition'] !== undefined
    if (isDefinition === (fields['tenant'] !== undefined)) {
      throw new Refusal(400, 'invalid_option', 'Name either `definition` or `tenant`.')
    }
    const target: PauseTarget = isDefinition
      ? { definitionId: readText(fields, 'definition') }
      : { tenantId: readText(fields, 'tenant') }
    return {
      target: { ...target },
      async perform({ client, access }) {
        if (target.tenantId === undefined) requireAllTenants(access)
        else scopeOf(client, access, target.tenantId) // refuses another tenant
        await client[operation](target)
        return {}
      },
    }
  },
})

/** The actions by the path of their requests. */
export const actions: Readonly<Record<DashboardAction, Action>> = {
  retry: byId('retry'),
  cancel: byId('cancel'),
  'retry-matching': matching('retry'),
  'cancel-matching': matching('cancel'),
  pause: onTarget('pauseJobs'),
  resume: onTarget('resumeJobs'),

  'run-cron': {
    permission: 'runCron',
    names: ['definition'],
    prepare(fields) {
      const definitionId = readText(fields, 'definition')
      return {
        target: { definitionId },
        async perform({ client, access }): Promise<SentJson> {
          requireAllTenants(access)
          const jobs = await client.inspect.runCronJob(definitionId)
          return { jobs: jobs.map(({ id, tenantId, deduplicated }) => ({ id, tenantId, deduplicated })) }
        },
      }
    },
  },

  send: {
    permission: 'send',
    names: ['event', 'payload', 'options'],
    prepare(fields) {
      const event = readText(fields, 'event')
      const payload = readFields(fields['payload'], '`payload`')
      const { runAt, ...options } = readFields(fields['options'] ?? {}, '`options`', sendOptions)
      const { rerunOf } = options
      return {
        target: { event, ...(rerunOf !== undefined && { rerunOf }) },
        async perform(context): Promise<SentJson> {
          const times = runAt === undefined ? {} : { runAt: new Date(typeof runAt === 'string' ? runAt : Number.NaN) }
          const { send } = context.scope()
          const { id, tenantId, deduplicated } = await send(event, payload, { ...options, ...times })
          return { jobs: [{ id, tenantId, deduplicated }] }
        },
      }
    },
  },

  signal: {
    permission: 'signal',
    names: ['id', 'signal', 'payload'],
    prepare(fields) {
      const id = readText(fields, 'id')
      const signal = readText(fields, 'signal')
      const payload = readFields(fields['payload'], '`payload`')
      return {
        target: { ids: [id], signal },
        async perform(context) {
          await context.scope().signal(id, signal, payload)
          return {}
        },
      }
    },
  },
}

const sendOptions = ['delay', 'runAt', 'idempotencyKey', 'reference', 'rerunOf', 'maxAttempts', 'priority']

function requireAllTenants({ tenants }: Access): void {
  if (tenants !== 'all') throw new Refusal(403, 'forbidden', 'Only users of all tenants may do this.')
}
