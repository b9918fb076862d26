import { defineConfig, mergeConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

import base from '../../vitest.base.ts'

/** The conformance suite waits for minutes to tick: begun first, it does so while the others work. */
class ConformanceFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files) // oxlint-disable-line unicorn/no-array-sort -- it is no array's
    return sorted.toSorted((one, other) => waits(other) - waits(one))
  }
}

function waits({ moduleId }: TestSpecification): number {
  return moduleId.includes('/test/conformance/') ? 1 : 0
}

export default mergeConfig(base, defineConfig({ test: { sequence: { sequencer: ConformanceFirst } } }))
