import { createTriggerTasks } from '@cgk-platform/jobs-trigger/tasks'

import './jobs.js'

createTriggerTasks()
