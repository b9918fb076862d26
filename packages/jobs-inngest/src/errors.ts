/**
 * The classes of the library's errors.
 *
 * @module jobs-inngest/errors
 */

export * from '@cgk-platform/jobs-core/errors'
