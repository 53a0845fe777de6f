/** The part of parquetjs-lite 0.8 that the lake uses; the package has no types. It throws strings. */
declare module 'parquetjs-lite' {
  import { type Writable } from 'node:stream'

  type FieldOptions = {
    type: 'UTF8' | 'INT64' | 'BOOLEAN' | 'TIMESTAMP_MILLIS' | 'BYTE_ARRAY'
    optional?: boolean
    compression?: 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP'
    /** false writes none. */
    statistics?: false
  }

  class ParquetSchema {
    constructor(fields: Record<string, FieldOptions>)
    findField(path: string[]): { dLevelMax: number }
  }

  class ParquetWriter {
    static openStream(
      schema: ParquetSchema,
      output: Writable,
      options: { rowGroupSize: number; pageSize: number; pageIndex: false; useDataPageV2: false },
    ): Promise<ParquetWriter>
    setMetadata(key: string, value: string): void
    appendRow(row: Record<string, unknown>): Promise<void>
    close(): Promise<void>
  }

  /** 64-bit integers of the footer, as node-int64 has them: `Number(value)` gives the number. */
  type Int64 = { valueOf(): number }
  /** Undecoded bytes; a string where they happen to be valid UTF-8. */
  type Statistics = { min_value?: Buffer | string | null; max_value?: Buffer | string | null }
  type ColumnChunk = { meta_data: { path_in_schema: string[]; statistics?: Statistics | null } }

  class ParquetReader {
    static openBuffer(buffer: Buffer, options: { rawStatistics: true }): Promise<ParquetReader>
    readonly metadata: { num_rows: Int64; row_groups: { columns: ColumnChunk[] }[] }
    readonly envelopeReader: {
      /** Physical values without the nulls; a definition level for each row, the field's greatest for a value. */
      readColumnChunk(
        schema: ParquetSchema,
        chunk: ColumnChunk,
        options: { rawStatistics: true },
      ): Promise<{ dlevels: number[]; values: unknown[] }>
    }
    getMetadata(): Record<string, string>
    getSchema(): ParquetSchema
  }

  const parquet: {
    ParquetSchema: typeof ParquetSchema
    ParquetWriter: typeof ParquetWriter
    ParquetReader: typeof ParquetReader
  }
  export = parquet
}
