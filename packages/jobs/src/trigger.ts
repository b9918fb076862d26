/**
 * The client on Trigger.dev.
 *
 * @module jobs/trigger
 */

export * from '@cgk-platform/jobs-trigger'
