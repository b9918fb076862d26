import { defineEvents, type EventType, eventType } from '@cgk-platform/jobs-core'
import type { StandardSchemaV1 } from '@cgk-platform/jobs-core/tools'

/** The payload of the test events. */
export interface Work {
  tenantId: string
  /** Distinguishes the jobs of a test. */
  number?: number | undefined
  /** Any data of a test. */
  data?: unknown
}

declare module '@cgk-platform/jobs-core' {
  interface JobEvents {
    'work.asked': Work
    'work.requested': Work
    'work.followed': Work
    'work.ignored': Work
    /** Its schema validates asynchronously. */
    'work.checked': Work
    /** Its schema requires a number. */
    'work.counted': Work
  }
}

type Validate = StandardSchemaV1<Work>['~standard']['validate']

const work: EventType<Work> = eventType<Work>()
const schema = (validate: Validate): StandardSchemaV1<Work> => ({
  '~standard': { version: 1, vendor: 'test', validate },
})
const checked = schema(async (value) => {
  await new Promise((resolve) => setImmediate(resolve))
  return { value: value as Work }
})
const counted = schema((value) => {
  if (typeof (value as Work).number === 'number') return { value: value as Work }
  return { issues: [{ message: 'must be a number', path: ['number'] }] }
})

defineEvents({
  'work.asked': work,
  'work.requested': work,
  'work.followed': work,
  'work.ignored': work,
  'work.checked': checked,
  'work.counted': counted,
})
