import { availableParallelism } from 'node:os'

import { defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

import base from './vitest.base.ts'

/** Starts the slowest test files first: the conformance suites, then other tests that are not unit tests. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files) // oxlint-disable-line unicorn/no-array-sort -- not a method of an array
    return sorted.toSorted((one, other) => rank(one) - rank(other))
  }
}

function rank({ moduleId }: TestSpecification): number {
  return ['/test/conformance/', '/test/', ''].findIndex((part) => moduleId.includes(part))
}

/** The configuration of packages whose tests mostly wait. Runs at least two files at a time, even on two processors. */
const config: ViteUserConfig = mergeConfig(
  base,
  defineConfig({
    test: { maxWorkers: Math.max(2, availableParallelism() - 1), sequence: { sequencer: LongestFirst } },
  }),
)

export default config
