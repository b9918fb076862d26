/**
 * The local engine, plus the API of `@cgk-platform/jobs`.
 *
 * @module jobs/local
 */

export * from '@cgk-platform/jobs-local'
