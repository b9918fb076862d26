/**
 * The client on Trigger.dev.
 *
 * @module jobs/trigger
 */

export * from '@cgk-platform/jobs-trigger'
export type { JobEvents } from './trigger-own-events.ts'
