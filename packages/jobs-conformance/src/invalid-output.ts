import type { InvalidOutput } from './script.ts'

/** Returns an output that JSON cannot represent. */
export function invalidOutput(kind: InvalidOutput): unknown {
  switch (kind) {
    case 'nothing':
      return undefined
    case 'undefinedItems':
      return [1, undefined, { list: [undefined], sparse: sparse() }]
    case 'bigint':
      return { total: 10n }
    case 'function':
      return { total: () => 10 }
    case 'class':
      return { total: new Map([['a', 1]]) }
    case 'loneSurrogate':
      return { total: 'half of a smile: \ud83d' }
    case 'cycle': {
      const output: Record<string, unknown> = {}
      output['total'] = output
      return output
    }
  }
}

/** Returns an array whose first item was never set. */
function sparse(): unknown[] {
  const items: unknown[] = []
  items[1] = 1
  return items
}
