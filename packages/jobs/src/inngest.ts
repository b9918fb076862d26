/**
 * The functions that your app serves to Inngest, with everything that `@cgk-platform/jobs` has for apps.
 *
 * @module jobs/inngest
 */

export * from '@cgk-platform/jobs-inngest'
