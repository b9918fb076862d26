import { vi } from 'vitest'

// Test files share a process. Each begins as one of its own does: nothing is loaded, defined or set.
vi.resetModules()
for (const slot of ['ambient.v1', 'contract']) {
  Reflect.deleteProperty(globalThis, Symbol.for(`@cgk-platform/jobs.${slot}`))
}
