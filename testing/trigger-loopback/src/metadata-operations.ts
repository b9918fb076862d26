import { isDeepStrictEqual } from 'node:util'

import type { RunMetadataChangeOperation } from '@trigger.dev/core/v3'

type Metadata = Record<string, unknown>

/** Applies operations to metadata. A key such as `$.a.b` names a nested value. Brackets in keys are not supported. */
export function applyMetadataOperations(
  metadata: Metadata,
  operations: readonly RunMetadataChangeOperation[],
): Metadata {
  let result = structuredClone(metadata)
  for (const operation of operations) {
    if (operation.type === 'update') {
      result = operation.value
      continue
    }
    const { holder, name } = place(result, operation.key)
    const current = holder[name]
    switch (operation.type) {
      case 'set':
        holder[name] = operation.value
        break
      case 'delete':
        delete holder[name]
        break
      case 'append':
        holder[name] = [...(current === undefined ? [] : [current].flat()), operation.value]
        break
      case 'remove':
        if (Array.isArray(current)) holder[name] = current.filter((item) => !isDeepStrictEqual(item, operation.value))
        break
      case 'increment':
        holder[name] = (typeof current === 'number' ? current : 0) + operation.value
    }
  }
  return result
}

function place(metadata: Metadata, key: string): { holder: Metadata; name: string } {
  if (!key.startsWith('$.')) return { holder: metadata, name: key }
  const path = key.slice(2).split('.')
  const name = path.pop()!
  let holder = metadata
  for (const part of path) holder = (holder[part] ??= {}) as Metadata
  return { holder, name }
}
