import type { Agreement } from '../../cpa/agreement.ts';
import { partyKeyOf, typedKey } from '../../cpa/typed-value.ts';
import type { PayloadBody } from '../../ports/payload-store.ts';
import type { SubmitRequest, SubmittedPayload } from '../message-use-cases.ts';
import type { Translations } from '../translation/translations.ts';

/** A request and what was made of its payloads: those that are not sent in the end can be named. */
export class TranslatedRequest {
  readonly request: SubmitRequest;
  readonly #translations: Pick<Translations, 'sent'>;
  /** What is sent, by what was given. */
  readonly #made = new Map<SubmittedPayload, SubmittedPayload>();

  constructor(request: SubmitRequest, translations: Pick<Translations, 'sent'>) {
    this.request = request;
    this.#translations = translations;
  }

  /** As it is sent. What is sent once more was translated then, or was not to be. */
  async translate(agreement: Agreement): Promise<SubmitRequest> {
    const { request } = this;
    if (request.resendOf !== undefined) return request;
    const purpose = purposeOf(agreement);
    for (const [index, payload] of request.payloads.entries()) {
      const sent = await this.#translations.sent(purpose, index + 1, payload);
      if (sent !== payload) this.#made.set(payload, sent);
    }
    return { ...request, payloads: request.payloads.map((payload) => this.#made.get(payload) ?? payload) };
  }

  /** What was given and is not sent as it is. */
  replaced(): readonly PayloadBody[] {
    return bodiesOf([...this.#made.keys()]);
  }

  all(): readonly PayloadBody[] {
    return bodiesOf([...this.request.payloads, ...this.#made.values()]);
  }
}

function bodiesOf(payloads: readonly SubmittedPayload[]): readonly PayloadBody[] {
  return payloads.map(({ content }) => content.body);
}

function purposeOf({ cpa, from, to, service, action }: Agreement): Parameters<Translations['sent']>[0] {
  return {
    cpaId: cpa.cpaId,
    fromPartyId: partyKeyOf(from.partyIds),
    fromRole: from.role,
    toPartyId: partyKeyOf(to.partyIds),
    toRole: to.role,
    service: typedKey(service),
    action,
  };
}
