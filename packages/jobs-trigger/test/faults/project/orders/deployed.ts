import type { Definition } from '@cgk-platform/jobs-core'

/** The workflow that the tests deploy: they replace this file. */
export const orders: readonly Definition[] = []
