/**
 * Your own events by name. Add them by declaration merging: `declare module '@cgk-platform/jobs-inngest' { interface
 * JobEvents … }`. Built-in events need no declaration. Each package that apps import has its own interface and passes
 * it to the core, because TypeScript loses additions to an interface that is re-exported under several module names.
 */
export interface JobEvents {}

interface OwnEvents extends JobEvents {}

declare module '@cgk-platform/jobs-core' {
  interface JobEvents extends OwnEvents {}
}
