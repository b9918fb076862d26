/** Options of a read of one job. */
export interface GetOptions {
  /** Whether to read the attempts of its runs. Default false. */
  readonly withAttempts?: boolean | undefined
  /** Its tenant. Nothing else of another tenant's job is read, and none is returned. Default: any. */
  readonly tenantId?: string | undefined
}
