/** Formats a path as code: `payload.items[2].sku`, `payload["first name"]`. */
export function pathTo(root: string, keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`
    const text = String(key)
    return /^[A-Za-z_$][\w$]*$/.test(text) ? `${path}.${text}` : `${path}[${JSON.stringify(text)}]`
  }, root)
}
