import { createTriggerTasks } from '@cgk-platform/jobs-trigger/tasks'

import { jobs } from '../jobs.ts'

createTriggerTasks({ jobs })
