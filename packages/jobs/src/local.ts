/**
 * The local engine alone, with everything that `@cgk-platform/jobs` has for apps.
 *
 * @module jobs/local
 */

export * from '@cgk-platform/jobs-local'
