/**
 * The classes of the library's errors.
 *
 * @module jobs-local/errors
 */

export * from '@cgk-platform/jobs-core/errors'
