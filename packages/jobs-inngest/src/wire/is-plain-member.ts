const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Reserved words of the expression language. */
const reservedWords = new Set(
  'in true false null as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

/** Returns true if Inngest's expressions can access a member with a dot. Another name needs brackets. */
export function isPlainMember(name: string): boolean {
  return plainName.test(name) && !reservedWords.has(name)
}
