/**
 * The Trigger.dev client, plus the API of `@cgk-platform/jobs`.
 *
 * @module jobs/trigger
 */

export * from '@cgk-platform/jobs-trigger'
