import { ts } from 'ts-morph'

import type { Draft } from './draft.ts'
import type { DraftedTask } from './drafted-task.ts'
import { type SdkUse, sdkUseOf } from './sdk-export.ts'
import { visit } from './visit.ts'

/** Converts functions that tasks call, if only converted tasks call them. Else the use is a remark. */
export function convertSharedCode(all: readonly DraftedTask[], draft: Draft, checker: ts.TypeChecker): void {
  const uses = new Map<ts.Identifier, { readonly use: SdkUse; readonly owners: Set<DraftedTask> }>()
  for (const drafted of all)
    for (const code of drafted.functions)
      visit(code, (node) => {
        const use = ts.isIdentifier(node) ? sdkUseOf(node, checker) : undefined
        if (!use) return
        const known = uses.get(use.identifier) ?? { use, owners: new Set() }
        known.owners.add(drafted)
        uses.set(use.identifier, known)
      })
  for (const { use, owners } of uses.values()) {
    const converted = [...owners].filter((owner) => owner.draft.problems.length === 0)
    if (converted.length === 0) continue
    const [root] = use.name.split('.')
    const jobs = converted.map(({ task }) => `\`${task.id}\``).join(', ')
    if (root === 'AbortTaskRunError' && converted.length === owners.size) {
      draft.replace(use.expression, 'NonRetryableError')
      draft.need(use.expression, 'NonRetryableError')
      draft.dropped.add(use.identifier)
    } else if (root === 'AbortTaskRunError')
      draft.note(use.expression, `${jobs} and tasks call this: in a job, throw \`NonRetryableError\` instead`)
    else if (root === 'logger')
      draft.note(
        use.expression,
        `the SDK's \`logger\` prints nothing outside Trigger.dev. Pass the handler's \`logger\` from ${jobs}`,
      )
    else if (!/^(?:task|schemaTask|schedules\.task|tasks\.trigger|tasks\.batchTrigger)$/.test(use.name))
      draft.note(
        use.expression,
        `\`${use.name}\` is Trigger.dev's: it does not work on other engines. ${jobs} calls it`,
      )
  }
}
