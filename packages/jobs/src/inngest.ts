/**
 * The client on Inngest and the functions that your app serves, with everything that `@cgk-platform/jobs` has for apps.
 *
 * @module jobs/inngest
 */

export * from '@cgk-platform/jobs-inngest'
