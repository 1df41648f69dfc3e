import { attribute, type XmlElement } from '../../xml/tree.ts';
import { tag } from '../../xml/writer.ts';
import { WSSE11_NAMESPACE, WSU_NAMESPACE } from '../namespaces.ts';
import { securityRefusal } from './security-header.ts';

const WHITE_SPACE = /[\t\n\r ]+/g;

/**
 * Refuses an answer whose wsse11:SignatureConfirmations do not confirm exactly the SignatureValues of the request, and a request that
 * confirms anything. For a request without signature one element without Value is asked. Throws WUS_CONFIRMATION.
 * @spec WS-Security 1.1 §8.5, Digikoppeling WB014
 */
export function checkConfirmations(
  confirmations: readonly XmlElement[],
  confirms: readonly string[] | undefined,
): void {
  const expected = confirms === undefined ? [] : valuesToConfirm(confirms);
  if (confirmations.length !== expected.length) {
    throw securityRefusal('WUS_CONFIRMATION', `${confirmations.length} confirmations where ${expected.length} are due`);
  }
  const values = confirmations.map(readConfirmation);
  if (values.toSorted().join() !== expected.toSorted().join()) {
    throw securityRefusal('WUS_CONFIRMATION', 'another SignatureValue than that of the request is confirmed');
  }
}

/** '' stands for an element without Value: base64 of a signature is never empty. */
function valuesToConfirm(confirms: readonly string[]): readonly string[] {
  return confirms.length === 0 ? [''] : confirms;
}

function readConfirmation(el: XmlElement): string {
  if (el.children.length > 0) throw securityRefusal('WUS_CONFIRMATION', 'a SignatureConfirmation with content');
  const value = attribute(el, '', 'Value');
  if (value === '') throw securityRefusal('WUS_CONFIRMATION', 'an empty Value');
  return value?.replace(WHITE_SPACE, '') ?? '';
}

/** What an answer confirms, one element for each value; canonical as it stands. */
export function writeConfirmations(
  confirms: readonly string[],
  idOf: (index: number) => string,
): readonly SignedMarkup[] {
  return valuesToConfirm(confirms).map((value, index) => {
    const id = idOf(index);
    const markup = tag('wsse11:SignatureConfirmation', {
      'xmlns:wsse11': WSSE11_NAMESPACE,
      'xmlns:wsu': WSU_NAMESPACE,
      Value: value === '' ? undefined : value,
      'wsu:Id': id,
    });
    return { id, markup };
  });
}

/** Markup that a Reference names. */
export interface SignedMarkup {
  readonly id: string;
  readonly markup: string;
}
