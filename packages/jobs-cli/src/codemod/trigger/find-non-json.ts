import { ts } from 'ts-morph'

const classes = new Set([
  ...['Date', 'Map', 'Set', 'WeakMap', 'WeakSet', 'RegExp', 'Promise', 'Error', 'URL', 'Blob', 'File', 'FormData'],
  ...['Buffer', 'ArrayBuffer', 'Uint8Array', 'ReadableStream', 'Request', 'Response', 'AbortSignal'],
])

/**
 * Returns the first part of a type that JSON cannot hold, such as "`at` is a `Date`".
 *
 * @param dates - whether dates count. Default: they do.
 */
export function findNonJson(
  type: ts.Type,
  checker: ts.TypeChecker,
  dates: 'count' | 'are fine' = 'count',
): string | undefined {
  const accepted = dates === 'are fine' ? 'Date' : undefined
  return find(type, '', { checker, accepted, seen: new Set() })
}

interface Search {
  readonly checker: ts.TypeChecker
  readonly accepted: string | undefined
  readonly seen: Set<ts.Type>
}

function find(type: ts.Type, path: string, search: Search): string | undefined {
  const { checker, accepted, seen } = search
  if (seen.has(type) || seen.size > 500) return undefined
  seen.add(type)
  const what = path === '' ? 'it' : `\`${path}\``
  if (type.flags & ts.TypeFlags.BigIntLike) return `${what} is a \`bigint\``
  if (type.flags & ts.TypeFlags.ESSymbolLike) return `${what} is a \`symbol\``
  if (type.isUnionOrIntersection()) return first(type.types, (part) => find(part, path, search))
  if (!(type.flags & ts.TypeFlags.Object)) return undefined
  const name = type.getSymbol()?.getName() ?? ''
  if (name === accepted) return undefined
  if (classes.has(name)) return `${what} is a \`${name}\``
  if (type.getCallSignatures().length > 0) return `${what} is a function`
  if (checker.isArrayType(type) || checker.isTupleType(type))
    return first(checker.getTypeArguments(type as ts.TypeReference), (part) => find(part, `${path}[]`, search))
  const index = type.getStringIndexType()
  const inIndex = index && find(index, `${path}[…]`, search)
  if (inIndex) return inIndex
  return first(type.getProperties(), (property) =>
    find(checker.getTypeOfSymbol(property), `${path === '' ? '' : `${path}.`}${property.getName()}`, search),
  )
}

function first<Item>(items: readonly Item[], check: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = check(item)
    if (found) return found
  }
  return undefined
}
