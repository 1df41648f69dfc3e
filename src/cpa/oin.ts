/** PartyId type of a Dutch government organisation. */
export const OIN_TYPE = 'urn:osb:oin';

const OIN = /^([0-9]{8}[0-9A-Za-z]{12})(?:_(?:O|T|A|OTA))?$/;
const TEST_PREFIX = '00000099';

/** The 20 positions without a suffix for test environments; undefined when it is no OIN. @spec Digikoppeling EB004 */
export function oinOf(value: string): string | undefined {
  return OIN.exec(value)?.[1];
}

/** The OIN of a PartyId as `type:value`, without such a suffix; undefined when it is of another type. */
export function partyOin(party: string): string | undefined {
  return party.startsWith(`${OIN_TYPE}:`) ? oinOf(party.slice(OIN_TYPE.length + 1)) : undefined;
}

/** Whether it is an OIN that anyone may use for tests, or has a suffix for a test environment. */
export function isTestOin(value: string): boolean {
  return value.startsWith(TEST_PREFIX) || value.includes('_');
}
