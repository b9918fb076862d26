/**
 * The client on Inngest, and the functions that your app serves.
 *
 * @module jobs/inngest
 */

export * from '@cgk-platform/jobs-inngest'
