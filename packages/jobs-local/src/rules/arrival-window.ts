import { turnBatch } from './turn-batch.ts'

/**
 * Most jobs that wait to be taken in order of arrival. Later ones wait for the turn of their tenant, so that a tenant that
 * sends many delays no other.
 */
export const arrivalWindow: number = turnBatch / 2
