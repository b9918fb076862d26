import { createTriggerTasks } from '../../../../src/tasks.ts'
import '../events.ts'
import { journalLogger } from '../journal-logger.ts'
import { defineNoting } from '../take-part.ts'

const kept = defineNoting({ id: 'kept', event: 'work.asked' })
const gone = defineNoting({ id: 'gone', event: 'work.asked', concurrency: { limit: 1 } })
const alone = defineNoting({ id: 'alone', event: 'work.followed' })

createTriggerTasks({ jobs: [kept, gone, alone], logger: journalLogger })
