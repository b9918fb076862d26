/**
 * The test kit: runs jobs on a virtual clock.
 *
 * @module jobs/local/testing
 */

export * from '@cgk-platform/jobs-local/testing'
