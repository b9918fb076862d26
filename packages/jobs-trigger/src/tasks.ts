export { createTriggerTasks, type TriggerHostInternals, type TriggerHostOptions } from './host/create-trigger-tasks.ts'
