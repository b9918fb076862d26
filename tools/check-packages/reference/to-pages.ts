import type { EntryPoint } from '../entry-points.ts'
import type { ApiItem } from './api-model.ts'
import { areasOf } from './areas.ts'
import { type Page, toMarkdown } from './to-page.ts'

/** An entry point with what it exports of its own. */
export type Exports = EntryPoint & { readonly items: readonly ApiItem[] }

/** What each page is for, in the order of the index. */
const purposes: Readonly<Record<string, string>> = {
  '@cgk-platform/jobs':
    'the client on whichever engine is configured; with everything of the core, what most apps import',
  '@cgk-platform/jobs/local': 'the local engine alone',
  '@cgk-platform/jobs/local/testing': 'jobs under test on a virtual clock',
  '@cgk-platform/jobs/inngest': 'the client on Inngest, and the functions that an app serves',
  '@cgk-platform/jobs/trigger': 'the client on Trigger.dev',
  '@cgk-platform/jobs/trigger/tasks': 'the tasks that a Trigger.dev project exports',
  '@cgk-platform/jobs-core': 'events, definitions, workflows, errors, and the contract with an engine',
  '@cgk-platform/jobs-core/conformance': 'the suite that tells whether a provider keeps the rules',
}

/** The files of the reference by name: a page for each module that exports anything of its own, and an index of them. */
export function toPages(all: readonly Exports[]): Map<string, string> {
  const named = (specifier: string | undefined): Exports | undefined => all.find((one) => one.specifier === specifier)
  const isAlias = ({ passesOn }: Exports): boolean => named(passesOn) !== undefined && passesOn !== coreSpecifier
  const toPage = (own: Exports): Page => {
    const aliases = all.filter((one) => isAlias(one) && one.passesOn === own.specifier)
    const core = named(own.passesOn)
    return {
      file: `${own.specifier.replace('@cgk-platform/', '').replaceAll('/', '-')}.md`,
      specifiers: [...aliases, own].map(({ specifier }) => specifier),
      items: own.items,
      areas: own.specifier === coreSpecifier ? areasOf(own.source) : undefined,
      passesOn: core && toPage(core),
    }
  }
  const pages = all.filter((one) => !isAlias(one)).map(toPage)
  const index = Object.entries(purposes).map(([specifier, purpose]) => {
    const page = pages.find(({ specifiers }) => specifiers[0] === specifier)
    if (!page) throw new Error(`There is no page for \`${specifier}\`: name the purpose of one that there is.`)
    return `- [\`${specifier}\`](${page.file}): ${purpose}.`
  })
  if (index.length < pages.length) throw new Error('A page of the reference has no purpose: say it in `to-pages.ts`.')
  return new Map([
    [
      'README.md',
      `# API reference\n\nEvery export of every module, with its docstring. \`./dev fix\` makes these pages.\n\n${index.join('\n')}\n`,
    ],
    ...pages.map((page) => [page.file, toMarkdown(page)] as const),
  ])
}

const coreSpecifier = '@cgk-platform/jobs-core'
