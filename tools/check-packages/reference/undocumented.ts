import type { ApiItem } from './api-model.ts'

/** What every error class has, and `JobsError` explains. */
const ofEveryError = ['name', 'code', 'isInstance']

/** The exports without a docstring, and the members without one of those that have members: `JobHost`, `JobHost.client`. */
export function undocumented(items: readonly ApiItem[]): string[] {
  return items.flatMap((item) => {
    const members = (item.members ?? []).filter((member) => !isPlain(item, member))
    const names = members.filter(isBare).map((member) => `${item.name}.${member.name ?? member.kind}`)
    return isBare(item) ? [item.name!, ...names] : names
  })
}

function isBare({ docComment }: ApiItem): boolean {
  return docComment === ''
}

function isPlain(item: ApiItem, { kind, name, excerptTokens }: ApiItem): boolean {
  if (kind === 'Constructor') return true
  // What tells the members of a union apart says all by its only value.
  if (name === 'kind' && /: "\w+";$/.test(excerptTokens.map(({ text }) => text).join(''))) return true
  return item.kind === 'Class' && item.name !== 'JobsError' && ofEveryError.includes(name!)
}
