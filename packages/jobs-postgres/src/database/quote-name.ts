/** Returns a name as an identifier of a statement. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
