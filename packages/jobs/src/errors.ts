/**
 * The classes of the library's errors.
 *
 * @module jobs/errors
 */

export * from '@cgk-platform/jobs-core/errors'
