import { createTriggerTasks } from '../../../../src/tasks.ts'

export const tasks = createTriggerTasks({ jobs: [] })
