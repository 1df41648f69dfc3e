/** One step of the schema. `down` takes back exactly what `up` made; data that only the newer schema can hold is lost. */
export interface Migration {
  readonly version: number;
  readonly up: string;
  readonly down: string;
}
