/**
 * The Inngest client and the functions that your app serves, plus the API of `@cgk-platform/jobs`.
 *
 * @module jobs/inngest
 */

export * from '@cgk-platform/jobs-inngest'
