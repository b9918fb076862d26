import { expectTypeOf, test } from 'vitest'

import type { AttemptInfo, JobHooks } from './hooks.ts'

test('hooks may be omitted, also as `undefined`, and may be the methods of a class', () => {
  expectTypeOf<{ onSend: undefined; onAttemptEnd: undefined; onRunEnd: undefined }>().toExtend<JobHooks>()
  class Counter implements JobHooks {
    onAttemptStart(attempt: AttemptInfo): void {
      void attempt
    }
  }
  expectTypeOf<Counter>().toExtend<JobHooks>()
})
