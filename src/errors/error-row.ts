export type EbmsErrorCode =
  | 'ValueNotRecognized'
  | 'NotSupported'
  | 'Inconsistent'
  | 'OtherXml'
  | 'DeliveryFailure'
  | 'TimeToLiveExpired'
  | 'SecurityFailure'
  | 'MimeProblem'
  | 'Unknown';

/** @spec Digikoppeling Best Practices WUS §4.3 */
export type WusFaultCode =
  | '0001'
  | '0002'
  | '0003'
  | '0004'
  | '0005'
  | '0006'
  | '0007'
  | '0008'
  | '0009'
  | '0010'
  | '0011'
  | '0051';

export interface ErrorRow {
  /** errorCode in an ErrorList to the partner; undefined: the partner gets a SOAP Fault or no message at all. */
  readonly ebms?: EbmsErrorCode;
  /** With which the faultstring to a WUS partner begins; undefined: it is the title alone. */
  readonly wus?: WusFaultCode;
  /** faultcode when the partner gets a SOAP Fault. */
  readonly soap: 'Client' | 'Server' | 'MustUnderstand' | 'VersionMismatch';
  /** Status of the inside API. */
  readonly http: number;
  /** Whether the same request may succeed later without being changed. */
  readonly retriable: boolean;
  /** One fixed sentence without particulars: the only text a partner sees. */
  readonly title: string;
  readonly remedy: string;
  readonly spec?: string;
}

/** Of everything in signature, certificate, Timestamp, decryption and replay: a partner cannot tell them apart. */
export const SECURITY_TITLE = 'The message failed a security check.';

/** `soap` is Client and `retriable` false unless `more` says otherwise. */
export const row = (
  http: number,
  title: string,
  remedy: string,
  more: Partial<Pick<ErrorRow, 'ebms' | 'wus' | 'soap' | 'retriable' | 'spec'>> = {},
): ErrorRow => ({ soap: 'Client', retriable: false, http, title, remedy, ...more });
