import { availableParallelism } from 'node:os'

import { defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

import base from './vitest.base.ts'

/** The conformance suites wait longest, and then what is no unit: begun first, they do so while the others work. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files) // oxlint-disable-line unicorn/no-array-sort -- it is no array's
    return sorted.toSorted((one, other) => rank(one) - rank(other))
  }
}

function rank({ moduleId }: TestSpecification): number {
  return ['/test/conformance/', '/test/', ''].findIndex((folder) => moduleId.includes(folder))
}

/** For packages whose tests mostly wait: two files at once also where there are two processors, with others beside them. */
const config: ViteUserConfig = mergeConfig(
  base,
  defineConfig({
    test: { maxWorkers: Math.max(2, availableParallelism() - 1), sequence: { sequencer: LongestFirst } },
  }),
)

export default config
