import assert from 'node:assert/strict';
import { join } from 'node:path';
import { sampleWsdl } from '../../setup/wus-pair.ts';
import { GatewayError } from '../../../src/errors.ts';
import type { WusUseCases } from '../../../src/index.ts';
import type { PayloadStore } from '../../../src/ports/payload-store.ts';
import { openPayloadFiles } from '../../../src/store/files/payload-files.ts';
import { createWusUseCases } from '../../../src/wus/application/use-cases.ts';
import type { UseCaseParts } from '../../../src/wus/application/use-cases.ts';
import { jsonTranslation } from '../../../src/wus/application/json-translation.ts';
import { answerRefused } from '../../../src/wus/consumer/call-failures.ts';
import { countConsultations } from '../../../src/wus/consultations/counts.ts';
import type { WusContent, WusOutcome } from '../../../src/wus/content.ts';
import { WUS_PROFILES, type WusProfile } from '../../../src/wus/profiles.ts';
import type { WusService } from '../../../src/wus/service.ts';
import type { TestGateway } from '../../setup/test-gateway.ts';

export const ECHO_NS = 'http://dienst.voorbeeld.example/wus/echo_v1';
export const OIN = '00000099000000002000';
export const MESSAGE_ID = 'urn:uuid:5a6f0a0e-0000-4000-8000-000000000001';

/** How the partner of service `echo` answers; it throws what a call may throw. */
export type Partner = (content: WusContent) => WusOutcome | Promise<WusOutcome>;

export function attachmentsFolder({ folder }: Pick<TestGateway, 'folder'>): string {
  return join(folder, 'attachments');
}

/** A consumed and a provided service before the real store; what lies between API and partner is the partner's turn. */
export async function openWus(test: TestGateway, partner: { answer: Partner; released: number }): Promise<WusUseCases> {
  const payloads = await openPayloadFiles({ directory: attachmentsFolder(test), inlineLimit: 1024 });
  const services = await servicesOf();
  const { log, counts } = countConsultations(
    test.store.consultations,
    services.map(({ name }) => name),
  );
  const wus: UseCaseParts['wus'] = {
    services,
    async call({ operation = 'echo', content, handOver }) {
      const arrived = await travelled(content, payloads);
      const outcome = await partner.answer(arrived);
      const known = { outcome, operation, messageId: MESSAGE_ID, answerId: 'urn:uuid:answer', consultation: 'c1' };
      const release = async (): Promise<void> => {
        partner.released++;
        for (const attachment of arrived.attachments) await payloads.discard(attachment.content);
      };
      try {
        if (outcome.kind === 'answer') await handOver?.(outcome.content, operation);
      } catch (error) {
        await release();
        throw answerRefused(error);
      }
      return { ...known, release };
    },
    consultations: {
      list: (query) => log.list(query),
      async find(id) {
        const found = await log.find(id);
        if (found === undefined) throw new GatewayError('NOT_FOUND', { detail: id });
        return found;
      },
    },
  };
  return createWusUseCases({ wus, payloads, translation: jsonTranslation, counts });
}

/** The partner has attachments of its own: those of the request are gone when the call has ended. */
async function travelled(content: WusContent, payloads: PayloadStore): Promise<WusContent> {
  const copies = content.attachments.map(async (attachment) => {
    const writer = payloads.create();
    for await (const chunk of await payloads.open(attachment.content)) await writer.write(chunk);
    const { body } = await writer.finish();
    return { ...attachment, content: body };
  });
  return { ...content, attachments: await Promise.all(copies) };
}

function profileOf(name: string): WusProfile {
  return WUS_PROFILES.find((one) => one.name === name) ?? assert.fail(name);
}

async function servicesOf(): Promise<readonly WusService[]> {
  const common = {
    wsdl: await sampleWsdl('echo_v1.wsdl'),
    mtom: false,
    maxEnvelopeBytes: 64 * 1024,
    maxMessageBytes: 2 ** 30,
  };
  return [
    {
      ...common,
      name: 'echo',
      role: 'consumer',
      profile: profileOf('2W-be-S'),
      logContent: false,
      partner: OIN,
      oin: '00000099000000001000',
      endpoint: 'https://dienst.example/wus/echo',
      to: undefined,
      encryptFor: undefined,
      timeoutMs: 1_000,
      idempotent: false,
    },
    {
      ...common,
      name: 'provided',
      role: 'provider',
      profile: profileOf('2W-be'),
      logContent: true,
      partners: new Set([OIN]),
      ours: new Set(['00000099000000001000']),
      addresses: [],
      plainAddresses: true,
      backend: { destination: 'http://127.0.0.1:9/', format: 'soap', timeoutMs: 1_000, faults: 'declared' },
    },
  ];
}
