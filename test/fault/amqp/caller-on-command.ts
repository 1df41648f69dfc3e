import { X509Certificate } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import { createWusUseCases } from '../../../src/wus/application/use-cases.ts';
import { jsonTranslation } from '../../../src/wus/application/json-translation.ts';
import { prepareAdapter } from '../../setup/amqp-place.ts';
import { contract, dienst, gemeente } from '../../setup/msh-contracts.ts';
import { openPartyGateway, Routes } from '../../setup/msh-pair.ts';
import { answerCommands } from '../../setup/told-process.ts';
import { openWusGateway } from '../../setup/wus-gateway.ts';
import { consumedEcho } from '../../setup/wus-pair.ts';

/** A process with a gateway that asks a partner for whoever publishes to its queue `call`. */
const [, , folder = '', settings = '{}', shown = '{}', endpoint = ''] = process.argv;
const { key, certificate, ca, partner, oin } = JSON.parse(shown);
const der = new X509Certificate(certificate).raw;
const party = { key, certificate, der, oin };
const keys = { ca: { certificate: ca } };
const asked = { consumer: party, provider: { oin: partner, der } };
const service = await consumedEcho(asked, endpoint, { encryptFor: undefined });
const { wus, payloads } = await openWusGateway({ keys, party, services: [service], clock: systemClock, folder });
const useCases = createWusUseCases({ wus, payloads, translation: jsonTranslation, counts: () => [] });
const prepared = prepareAdapter(JSON.parse(settings), systemClock, useCases);
const place = join(folder, 'ebms');
mkdirSync(place, { recursive: true });
await openPartyGateway(gemeente, {
  folder: place,
  parties: [gemeente.key, dienst.key],
  cpas: [contract({ profile: 'osb-rm' })],
  transport: new Routes().transport(),
  prepare: prepared.prepare,
});
await prepared.adapter.start();
await answerCommands({});
