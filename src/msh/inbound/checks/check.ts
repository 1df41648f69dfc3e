import type { VerifiedMessage } from '../stages.ts';

/** A rule: throws a GatewayError with code and location, or changes nothing. */
export type Check = (message: VerifiedMessage) => void;
