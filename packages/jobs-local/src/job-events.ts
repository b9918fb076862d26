/**
 * Your own events by name, in addition to the built-in ones. Add them by declaration merging:
 * `declare module '@cgk-platform/jobs-local' { interface JobEvents … }`. Each package that apps import declares its own
 * interface and passes it to core, because TypeScript loses additions to an interface that several modules re-export.
 */
export interface JobEvents {}

interface OwnEvents extends JobEvents {}

declare module '@cgk-platform/jobs-core' {
  interface JobEvents extends OwnEvents {}
}
