import { defineEvents, defineSignal, eventType, type Signal } from '@cgk-platform/jobs-core'
import type { StandardSchemaV1 } from '@cgk-platform/jobs-core/tools'
import * as z from 'zod/v4'

import type { ScriptPayload } from './script.ts'

/** A built-in event that the suite replaces with its own schema. */
type ReplacedEvent = 'webhook.process'

/** The events of the suite, one per kind of definition. The event of a send selects the handler. */
export type ConformanceEvent =
  | 'conformance.plain'
  | 'conformance.defaults'
  | 'conformance.fixed'
  | 'conformance.linear'
  | 'conformance.exponential'
  | 'conformance.capped'
  | 'conformance.short'
  | 'conformance.once'
  | 'conformance.reporting'
  | 'conformance.timeout'
  | 'conformance.run-timeout'
  | 'conformance.run-timeout-long'
  | 'conformance.one-at-a-time'
  | 'conformance.one-per-tenant'
  | 'conformance.prioritized'
  | 'conformance.urgent'
  | 'conformance.transactional'
  | 'conformance.pausable'
  | 'conformance.pausable-one-per-tenant'
  | 'conformance.pausable-pair'
  | 'conformance.pausable-workflow'
  | 'conformance.debounced'
  | 'conformance.debounced-max'
  | 'conformance.debounced-fan-out'
  | 'conformance.keyed'
  | 'conformance.keyed-nested'
  | 'conformance.keyed-per-tenant'
  | 'conformance.throttled'
  | 'conformance.throttled-slowly'
  | 'conformance.throttled-week'
  | 'conformance.throttled-burst'
  | 'conformance.throttled-keys'
  | 'conformance.fair'
  | 'conformance.fair-keyed'
  | 'conformance.batched'
  | 'conformance.batched-full'
  | 'conformance.batched-timeout'
  | 'conformance.batched-one-per-tenant'
  | 'conformance.batched-throttled'
  | 'conformance.batched-week'
  | 'conformance.fan-out'
  | 'conformance.nobody'
  | 'conformance.disabled'
  | 'conformance.typed'
  | 'conformance.own-schema'
  | 'conformance.dated'
  | 'conformance.returned-errors'
  | 'conformance.own-backoff'
  | 'conformance.wrong-backoff'
  | 'conformance.workflow'
  | 'conformance.workflow-few'
  | 'conformance.workflow-timed'
  | 'conformance.workflow-compensated'
  | 'conformance.workflow-returned-errors'
  | 'conformance.workflow-versioned'
  | 'conformance.workflow-previous'
  | 'conformance.workflow-parking'
  | 'conformance.workflow-stricter'
  | 'conformance.awaited'
  | ReplacedEvent
  | 'conformance.slashed'
  | 'conformance.slashed-workflow'

/** An asynchronous schema without a library. Standard Schema allows these, so a provider's host must await them. */
const ownSchema: StandardSchemaV1<ScriptPayload> = {
  '~standard': {
    version: 1,
    vendor: 'conformance',
    validate: async (value) => {
      const payload = value as ScriptPayload
      if (typeof payload['word'] === 'string') return { value: { ...payload, word: payload['word'].toUpperCase() } }
      return { issues: [{ message: 'must be a word', path: ['word'] }] }
    },
  },
}

const typedSchema = z.looseObject({
  tenantId: z.string(),
  dueAt: z.coerce.date(),
  count: z.int().min(1),
  items: z.array(z.object({ sku: z.string().min(1) })),
  currency: z.string().default('EUR'),
})

/** The generation of the code in this process. */
let current = 0

/** A schema that rejects some payloads since a later generation of the code. */
const stricterSchema = z
  .looseObject({ tenantId: z.string(), validBefore: z.number() })
  .refine(({ validBefore }) => current < validBefore, { error: 'is no longer valid', path: ['validBefore'] })

const scripted = eventType<ScriptPayload>()

const schemas: Record<ConformanceEvent, StandardSchemaV1> = {
  'conformance.plain': scripted,
  'conformance.defaults': scripted,
  'conformance.fixed': scripted,
  'conformance.linear': scripted,
  'conformance.exponential': scripted,
  'conformance.capped': scripted,
  'conformance.short': scripted,
  'conformance.once': scripted,
  'conformance.reporting': scripted,
  'conformance.timeout': scripted,
  'conformance.run-timeout': scripted,
  'conformance.run-timeout-long': scripted,
  'conformance.one-at-a-time': scripted,
  'conformance.one-per-tenant': scripted,
  'conformance.prioritized': scripted,
  'conformance.urgent': scripted,
  'conformance.transactional': scripted,
  'conformance.pausable': scripted,
  'conformance.pausable-one-per-tenant': scripted,
  'conformance.pausable-pair': scripted,
  'conformance.pausable-workflow': scripted,
  'conformance.debounced': scripted,
  'conformance.debounced-max': scripted,
  'conformance.debounced-fan-out': scripted,
  'conformance.keyed': scripted,
  'conformance.keyed-nested': scripted,
  'conformance.keyed-per-tenant': scripted,
  'conformance.throttled': scripted,
  'conformance.throttled-slowly': scripted,
  'conformance.throttled-week': scripted,
  'conformance.throttled-burst': scripted,
  'conformance.throttled-keys': scripted,
  'conformance.fair': scripted,
  'conformance.fair-keyed': scripted,
  'conformance.batched': scripted,
  'conformance.batched-full': scripted,
  'conformance.batched-timeout': scripted,
  'conformance.batched-one-per-tenant': scripted,
  'conformance.batched-throttled': scripted,
  'conformance.batched-week': scripted,
  'conformance.fan-out': scripted,
  'conformance.nobody': scripted,
  'conformance.disabled': scripted,
  'conformance.typed': typedSchema,
  'conformance.own-schema': ownSchema,
  'conformance.dated': eventType<ScriptPayload & { readonly dueAt?: Date }>({ dates: true }),
  'conformance.returned-errors': scripted,
  'conformance.own-backoff': scripted,
  'conformance.wrong-backoff': scripted,
  'conformance.workflow': scripted,
  'conformance.workflow-few': scripted,
  'conformance.workflow-timed': scripted,
  'conformance.workflow-compensated': scripted,
  'conformance.workflow-returned-errors': scripted,
  'conformance.workflow-versioned': scripted,
  'conformance.workflow-previous': scripted,
  'conformance.workflow-parking': scripted,
  'conformance.workflow-stricter': stricterSchema,
  'conformance.awaited': scripted,
  'webhook.process': ownSchema,
  'conformance.slashed': scripted,
  'conformance.slashed-workflow': scripted,
}

/** The schema of the suite's signal. */
type ApprovalSchema = StandardSchemaV1<
  { by: string; approved?: boolean | undefined },
  { by: string; approved: boolean }
>

const approvalSchema: ApprovalSchema = z.looseObject({
  by: z.string(),
  approved: z.boolean().default(true),
})

/** Declares the suite's signal in this process, and returns it. */
export function approval(): Signal<ApprovalSchema> {
  return defineSignal('conformance.approval', approvalSchema)
}

/** Declares the suite's events in this process, with the schemas of a generation of the code. */
export function declareConformanceEvents(generation: number): void {
  current = generation
  defineEvents(schemas)
  approval()
}
