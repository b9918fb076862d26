import { defineEvents, type EventType, eventType } from '@cgk-platform/jobs-core'
import type { StandardSchemaV1 } from '@cgk-platform/jobs-core/provider'

/** The payload of this package's test events. */
export interface Work {
  tenantId: string
  /** Distinguishes the jobs of a test. */
  number?: number | undefined
  /** Arbitrary data. */
  data?: unknown
}

declare module '@cgk-platform/jobs-core' {
  interface JobEvents {
    'work.requested': Work
    'work.followed': Work
    'work.ignored': Work
    /** An event whose schema validates asynchronously. */
    'work.checked': Work
  }
}

const work: EventType<Work> = eventType<Work>()
const checked: StandardSchemaV1<Work> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: async (value) => {
      await new Promise((resolve) => setImmediate(resolve))
      return { value: value as Work }
    },
  },
}

defineEvents({ 'work.requested': work, 'work.followed': work, 'work.ignored': work, 'work.checked': checked })
