import { defineEvents, eventType } from '@cgk-platform/jobs-core'
import type { Work } from '@cgk-platform/test-kit/work'

declare module '@cgk-platform/jobs-core' {
  interface JobEvents {
    /** An event that the first version does not have. */
    'work.late': Work
  }
}

defineEvents({ 'work.late': eventType<Work>() })
