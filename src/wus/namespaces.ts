/** @spec Digikoppeling WUS, WS-Addressing 1.0, WS-Security 1.0 and 1.1, XOP 1.0 */
export const WSA_NAMESPACE = 'http://www.w3.org/2005/08/addressing';
export const WSA_ANONYMOUS = `${WSA_NAMESPACE}/anonymous`;
export const WSA_NONE = `${WSA_NAMESPACE}/none`;
export const WSA_REPLY = `${WSA_NAMESPACE}/reply`;
export const WSA_FAULT_ACTION = `${WSA_NAMESPACE}/soap/fault`;

export const WSSE_NAMESPACE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
export const WSU_NAMESPACE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
export const WSSE11_NAMESPACE = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';
export const X509_TOKEN = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3';
export const PKI_PATH_TOKEN =
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509PKIPathv1';
export const BASE64_BINARY =
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary';
export const STR_TRANSFORM =
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform';
export const ENCRYPTED_KEY_TOKEN = 'http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKey';

export const XOP_NAMESPACE = 'http://www.w3.org/2004/08/xop/include';
