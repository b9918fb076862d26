import { defineEvents, type EventType, eventType } from '@cgk-platform/jobs-core'
import type { StandardSchemaV1 } from '@cgk-platform/jobs-core/tools'
import type { Work } from '@cgk-platform/test-kit/work'

// Repeats the definitions of the test kit: the CLI's bundle omits modules of the package that are imported only for
// their side effects.
const work: EventType<Work> = eventType<Work>()
const counted: StandardSchemaV1<Work> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => {
      if (typeof (value as Work | null)?.number === 'number') return { value: value as Work }
      return { issues: [{ message: 'must be a number', path: ['number'] }] }
    },
  },
}

defineEvents({ 'work.asked': work, 'work.followed': work, 'work.counted': counted })
