/**
 * The client on Trigger.dev, with everything that `@cgk-platform/jobs` has for apps.
 *
 * @module jobs/trigger
 */

export * from '@cgk-platform/jobs-trigger'
