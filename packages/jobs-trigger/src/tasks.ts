/**
 * The same exports as `@cgk-platform/jobs/trigger/tasks`.
 *
 * @module jobs-trigger/tasks
 */

export { createTriggerTasks, type TriggerHostInternals, type TriggerHostOptions } from './host/create-trigger-tasks.ts'
