import { newId } from '../../ids.ts';
import { escapeText, tag } from '../../xml/writer.ts';
import { WSA_NAMESPACE, WSU_NAMESPACE } from '../namespaces.ts';
import type { AddressingToWrite } from './addressing.ts';

/**
 * The header blocks, each of which declares its namespaces and has a wsu:Id: as they stand they are their own exclusive canonical
 * form. Throws XML_FORBIDDEN. @spec WS-Addressing 1.0, Digikoppeling WA001
 */
export function writeAddressing(addressing: AddressingToWrite): readonly string[] {
  const { to, action, messageId, relatesTo, from, replyTo } = addressing;
  // What the Body holds may have ids of its own.
  const suffix = newId();
  const block = (name: string, content: string): string => writeBlock(name, `wsa-${name}-${suffix}`, content);
  return [
    block('To', escapeText(to)),
    block('Action', escapeText(action)),
    block('MessageID', escapeText(messageId)),
    ...(relatesTo === undefined ? [] : [block('RelatesTo', escapeText(relatesTo))]),
    ...(from === undefined ? [] : [block('From', reference(from))]),
    ...(replyTo === undefined ? [] : [block('ReplyTo', reference(replyTo))]),
  ];
}

function writeBlock(name: string, id: string, content: string): string {
  return tag(`wsa:${name}`, { 'xmlns:wsa': WSA_NAMESPACE, 'xmlns:wsu': WSU_NAMESPACE, 'wsu:Id': id }, content);
}

function reference(address: string): string {
  return tag('wsa:Address', {}, escapeText(address));
}
