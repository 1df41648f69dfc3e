import { toDateTime } from '../../../src/index.ts';
import type { Consultation, ConsultationContent, WusFault, WusService } from '../../../src/index.ts';

export function wusService(service: WusService): object {
  const { name, role, profile, mtom, logContent, wsdl } = service;
  return {
    name,
    role,
    profile: profile.name,
    parties: role === 'provider' ? [...service.ours] : [service.oin],
    partners: role === 'provider' ? [...service.partners] : [service.partner],
    endpoint: role === 'consumer' ? service.endpoint : null,
    backend: role === 'provider' ? service.backend.destination : null,
    mtom,
    logContent,
    portType: wsdl.portType,
    targetNamespace: wsdl.targetNamespace,
    operations: wsdl.operations.map((operation) => ({
      name: operation.name,
      inputAction: operation.inputAction,
      outputAction: operation.outputAction,
      input: operation.input,
      output: operation.output,
    })),
  };
}

export function consultation(one: Consultation): object {
  return {
    id: one.id,
    role: one.role,
    service: one.service,
    party: one.party ?? null,
    operation: one.operation ?? null,
    partner: one.partner ?? null,
    tlsOin: one.tlsOin ?? null,
    at: toDateTime(one.at),
    messageId: one.messageId ?? null,
    answerId: one.answerId ?? null,
    result: one.result,
    code: one.code ?? null,
    detail: one.detail ?? null,
    durationMs: one.durationMs ?? null,
    remote: one.remote ?? null,
  };
}

export function consultationDetail(one: Consultation & ConsultationContent): object {
  return { ...consultation(one), request: textOf(one.request), answer: textOf(one.answer) };
}

export function wusFault({ faultcode, faultstring, faultactor, detail }: WusFault): object {
  return { faultcode, faultstring, faultactor: faultactor ?? null, detail: detail.map((one) => one.toString('utf8')) };
}

function textOf(body: Uint8Array | undefined): string | null {
  return body === undefined ? null : Buffer.from(body).toString('utf8');
}
