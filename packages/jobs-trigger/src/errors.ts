/**
 * The classes of the library's errors.
 *
 * @module jobs-trigger/errors
 */

export * from '@cgk-platform/jobs-core/errors'
