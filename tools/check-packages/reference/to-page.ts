import GithubSlugger from 'github-slugger'

import type { ApiItem, ApiKind } from './api-model.ts'
import { areas as allAreas } from './areas.ts'
import { docLine, docText } from './doc-text.ts'

/** A page of the reference, of one entry point. */
export interface Page {
  /** Its file in `docs/api/`: `jobs-local-testing.md`. */
  readonly file: string
  /** The modules that have these exports, the one first that an app imports. */
  readonly specifiers: readonly string[]
  readonly items: readonly ApiItem[]
  /** The area of each export, where there are too many to be told by their kinds. */
  readonly areas: ReadonlyMap<string, string> | undefined
  /** The page of the module that it exports all of besides. */
  readonly passesOn: Page | undefined
}

const kinds: Partial<Record<ApiKind, string>> = {
  Function: 'Functions',
  Class: 'Classes',
  Interface: 'Interfaces',
  TypeAlias: 'Types',
  Variable: 'Constants',
}

/** A part of a page: the exports of an area or a kind, those of one name together. */
interface Section {
  readonly title: string
  readonly anchor: string
  readonly purpose: string
  readonly entries: readonly { readonly name: string; readonly anchor: string; readonly items: readonly ApiItem[] }[]
}

/** The page as Markdown. */
export function toMarkdown(page: Page): string {
  const [first, ...others] = page.specifiers.map((specifier) => `\`${specifier}\``)
  const sections = sectionsOf(page)
  const anchors = anchorsOf(page)
  const parts = [
    `# ${first}`,
    `This page is made of the docstrings by \`./dev fix\`.${others.length > 0 ? ` ${others.join(' and ')} has the same exports.` : ''}`,
    contentsOf(sections),
  ]
  if (page.passesOn) {
    const { file, specifiers } = page.passesOn
    const areasOfIt = sectionsOf(page.passesOn).map(({ title, anchor }) => `[${title}](${file}#${anchor})`)
    parts.push(`Besides, it exports all of [\`${specifiers[0]}\`](${file}): ${areasOfIt.join(', ')}.`)
  }
  for (const { title, purpose, entries } of sections) {
    parts.push(`## ${title}`, purpose)
    for (const { name, items } of entries) parts.push(`### ${name}`, ...items.map((item) => itemText(item, anchors)))
  }
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function sectionsOf({ items, specifiers, areas }: Page): Section[] {
  const slugger = new GithubSlugger()
  slugger.slug(specifiers[0]!)
  return groupsOf(items, areas).flatMap(({ title, purpose, members }) => {
    if (members.length === 0) return []
    const anchor = slugger.slug(title)
    const names = [...new Set(members.map(({ name }) => name!))]
    const entries = names.map((name) => ({
      name,
      anchor: slugger.slug(name),
      items: members.filter((item) => item.name === name),
    }))
    return [{ title, anchor, purpose, entries }]
  })
}

interface Group {
  readonly title: string
  readonly purpose: string
  readonly members: readonly ApiItem[]
}

/** By area where they are told, otherwise by kind. @throws for an export without an area, which no page would have. */
function groupsOf(items: readonly ApiItem[], areas: Page['areas']): Group[] {
  if (!areas) {
    return Object.entries(kinds).map(([kind, title]) => ({
      title,
      purpose: '',
      members: items.filter((item) => item.kind === kind),
    }))
  }
  const lost = items.filter(({ name }) => allAreas[areas.get(name!) ?? ''] === undefined)
  if (lost.length > 0) throw new Error(`In no area of \`areas.ts\`: ${lost.map(({ name }) => name).join(', ')}.`)
  return Object.entries(allAreas).map(([area, [title, purpose]]) => ({
    title,
    purpose,
    members: items.filter(({ name }) => areas.get(name!) === area),
  }))
}

function contentsOf(sections: readonly Section[]): string {
  return sections
    .map(
      ({ title, entries }) =>
        `- ${title}: ${entries.map(({ name, anchor }) => `[\`${name}\`](#${anchor})`).join(' · ')}`,
    )
    .join('\n')
}

/** Where a type is told of: on this page, or on that of the module which it exports again. */
function anchorsOf(page: Page): Map<string, string> {
  const known = new Map<string, string>()
  for (const [of, file] of [[page.passesOn, page.passesOn?.file ?? ''] as const, [page, ''] as const]) {
    for (const { entries } of of ? sectionsOf(of) : []) {
      for (const { name, anchor } of entries) known.set(name, `${file}#${anchor}`)
    }
  }
  return known
}

function itemText(item: ApiItem, anchors: ReadonlyMap<string, string>): string {
  const members = (item.members ?? []).map((member) => {
    const text = member.kind === 'Constructor' ? '' : docLine(member) // API Extractor writes one that says nothing
    return `- \`${oneLine(signatureOf(member))}\`${text ? `: ${text}` : ''}`
  })
  const parts = [docText(item), `\`\`\`typescript\n${signatureOf(item)}\n\`\`\``, members.join('\n')]
  const named = new Set([item, ...(item.members ?? [])].flatMap(referencesOf))
  const links = [...named].filter((name) => name !== item.name && anchors.has(name)).toSorted()
  if (links.length > 0) parts.push(`See ${links.map((name) => `[\`${name}\`](${anchors.get(name)})`).join(', ')}.`)
  return parts.filter((part) => part !== '').join('\n\n')
}

function referencesOf({ excerptTokens }: ApiItem): string[] {
  return excerptTokens.filter(({ kind }) => kind === 'Reference').map(({ text }) => text)
}

function signatureOf({ excerptTokens }: ApiItem): string {
  const text = excerptTokens.map((token) => token.text).join('')
  return text
    .replace(/^export /, '')
    .replace(/^declare /, '')
    .trim()
    .replace(/;$/, '')
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}
