import { describe, expect, onTestFinished, test } from 'vitest'

import { spanTree } from './span-tree.ts'
import type { TreeEngine } from './tree-engine.ts'
import { type TreeCase, treeCases } from './tree-cases.ts'

/** An engine, with its declared differences. */
export interface TreeTarget {
  readonly name: string
  open(treeCase: TreeCase): Promise<TreeEngine>
  /** The cases that the engine cannot run, with the reason. */
  readonly omitted?: Readonly<Record<string, string>>
  /** The expected trees that differ, by case. */
  readonly trees?: Readonly<Record<string, readonly string[]>>
}

/** Runs every case of the table on an engine, and compares the whole tree of spans. */
export function describeTrees({ name, open, omitted = {}, trees = {} }: TreeTarget): void {
  describe(`the span trees of ${name}`, () => {
    for (const treeCase of treeCases) {
      const { id, title, play, tree } = treeCase
      const reason = omitted[id]
      test.skipIf(reason !== undefined)(`${title}${reason === undefined ? '' : ` (${reason})`}`, async () => {
        const engine = await open(treeCase)
        let isOpen = true
        const close = async (): Promise<void> => {
          if (isOpen) await engine.close()
          isOpen = false
        }
        onTestFinished(close)
        const expected = trees[id] ?? tree
        const ownTree = (): string[] => spanTree(engine.spans())
        await play(engine)
        await engine.until(() => ownTree().length >= expected.length && isWhole(ownTree()))
        await close() // so that spans that are too many count
        expect(ownTree()).toEqual(expected)
      })
    }
  })
}

/** Returns whether the parents and the links of all spans have also ended. */
function isWhole(tree: readonly string[]): boolean {
  return !tree.some((line) => line.includes('unknown'))
}
