/**
 * Your own events by name. Add them by declaration merging:
 * `declare module '@cgk-platform/jobs-trigger' { interface JobEvents … }`. The built-in events are always known.
 * Each package that apps import has its own interface and passes it to the core, because TypeScript loses additions to
 * an interface that several modules re-export.
 */
export interface JobEvents {}

interface OwnEvents extends JobEvents {}

declare module '@cgk-platform/jobs-core' {
  interface JobEvents extends OwnEvents {}
}
