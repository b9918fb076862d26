import { defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

import base from './vitest.base.ts'

/** The base, with the files begun first whose path holds this: they wait for minutes to tick, while the others work. */
export function beginWith(part: string): ViteUserConfig {
  const isFirst = ({ moduleId }: TestSpecification): number => (moduleId.includes(part) ? 1 : 0)
  class Sequencer extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const sorted = await super.sort(files) // oxlint-disable-line unicorn/no-array-sort -- it is no array's
      return sorted.toSorted((one, other) => isFirst(other) - isFirst(one))
    }
  }
  return mergeConfig(base, defineConfig({ test: { sequence: { sequencer: Sequencer } } }))
}
