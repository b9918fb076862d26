/**
 * Your own events by name, added by declaration merging: `declare module '@cgk-platform/jobs-trigger' { interface JobEvents … }`.
 * The built-in ones are known besides. Each package of this library that apps import has an interface of its own and
 * hands it down to the core: TypeScript loses additions to one interface that is re-exported under several module names.
 */
export interface JobEvents {}

interface OwnEvents extends JobEvents {}

declare module '@cgk-platform/jobs-core' {
  interface JobEvents extends OwnEvents {}
}
