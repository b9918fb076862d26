import { createTriggerTasks } from '../../../../src/tasks.ts'
import '../events.ts'
import { journalLogger } from '../journal-logger.ts'
import '../late-events.ts'
import { defineNoting } from '../take-part.ts'

const kept = defineNoting({ id: 'kept', event: 'work.asked' })
const added = defineNoting({ id: 'added', event: 'work.asked' })
const late = defineNoting({ id: 'late', event: 'work.late' })

createTriggerTasks({ jobs: [kept, added, late], logger: journalLogger })
