/**
 * The PostgreSQL engine, plus the API of `@cgk-platform/jobs`.
 *
 * @module jobs/postgres
 */

export * from '@cgk-platform/jobs-postgres'
