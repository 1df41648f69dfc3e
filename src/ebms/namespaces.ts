export { ACTOR_NEXT, ACTOR_NEXT_MSH, ACTOR_TO_PARTY_MSH } from '../soap/header-blocks.ts';

export const EB_NS = 'http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd';
export const XLINK_NS = 'http://www.w3.org/1999/xlink';
export const DS_NS = 'http://www.w3.org/2000/09/xmldsig#';

/** eb:version of every element. @spec ebMS2 §3.1 */
export const EBMS_VERSION = '2.0';

/** Service of the messages that MSHs exchange among themselves. @spec ebMS2 §3.1.4 */
export const MSH_SERVICE = 'urn:oasis:names:tc:ebxml-msg:service';

export const ERROR_CODE_CONTEXT = 'urn:oasis:names:tc:ebxml-msg:service:errors';

/** The Actions under MSH_SERVICE. @spec ebMS2 §4.2.4, §6.3.2, §7.1, §8.1 */
export const MSH_ACTION = {
  acknowledgment: 'Acknowledgment',
  messageError: 'MessageError',
  ping: 'Ping',
  pong: 'Pong',
  statusRequest: 'StatusRequest',
  statusResponse: 'StatusResponse',
} as const;
