import { newId } from '../ids.ts';

/** A fresh wsa:MessageID. @spec Digikoppeling WA001 */
export function messageUri(): string {
  return `urn:uuid:${newId()}`;
}
