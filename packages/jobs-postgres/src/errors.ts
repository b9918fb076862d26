/**
 * The classes of the library's errors.
 *
 * @module jobs-postgres/errors
 */

export * from '@cgk-platform/jobs-core/errors'
