/**
 * The tasks that a Trigger.dev project exports.
 *
 * @module jobs/trigger/tasks
 */

export * from '@cgk-platform/jobs-trigger/tasks'
