import { defineEvents, type EventType, eventType } from '@cgk-platform/jobs-core'
import type { StandardSchemaV1 } from '@cgk-platform/jobs-core/provider'

/** The payload of this package's test events. */
export interface Work {
  tenantId: string
  /** Identifies the job of a test. */
  number?: number | undefined
  /** Any data of a test. */
  data?: unknown
}

declare module '@cgk-platform/jobs-core' {
  interface JobEvents {
    'work.asked': Work
    'work.followed': Work
    /** The schema requires a number. */
    'work.counted': Work
  }
}

const work: EventType<Work> = eventType<Work>()
const counted: StandardSchemaV1<Work> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => {
      if (typeof (value as Work).number === 'number') return { value: value as Work }
      return { issues: [{ message: 'must be a number', path: ['number'] }] }
    },
  },
}

defineEvents({ 'work.asked': work, 'work.followed': work, 'work.counted': counted })
