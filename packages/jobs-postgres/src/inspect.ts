/**
 * The types of `client.inspect`, which reads jobs in detail and steers many at once.
 *
 * @module jobs-postgres/inspect
 */

export * from '@cgk-platform/jobs-core/inspect'
