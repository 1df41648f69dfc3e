/** The part of a structured log that ebMS and WUS write to. Fields never hold keys or payload octets. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
