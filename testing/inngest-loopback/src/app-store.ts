import type { App, LoopbackFunction } from './app.ts'

/** The registered apps. */
export interface AppStore {
  put(app: App): void
  find(name: string): App | undefined
  list(): App[]
  /** All functions of all apps. */
  functions(): LoopbackFunction[]
  /** Returns a function by UUID, even if its app no longer has it, because its runs continue. */
  findFunction(id: string): LoopbackFunction | undefined
}

/** Creates an empty store. */
export function createAppStore(): AppStore {
  const apps = new Map<string, App>()
  const everRegistered = new Map<string, LoopbackFunction>()
  const functions = (): LoopbackFunction[] => [...apps.values()].flatMap((app) => [...app.functions.values()])
  return {
    put(app) {
      apps.set(app.name, app)
      for (const fn of app.functions.values()) everRegistered.set(fn.id, fn)
    },
    find: (name) => apps.get(name),
    list: () => [...apps.values()],
    functions,
    findFunction: (id) => everRegistered.get(id),
  }
}
