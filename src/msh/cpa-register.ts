import { GatewayError } from '../errors.ts';
import type { Clock } from '../clock.ts';
import { parseCpa } from '../cpa/parse-cpa.ts';
import { validateCpa } from '../cpa/validate-cpa.ts';
import type { Store } from '../ports/store.ts';
import type { CpaUseCases, KnownCpa } from './gateway.ts';
import type { Log } from '../ports/log.ts';

export interface CpaRegister extends CpaUseCases {
  /** undefined when there is none. */
  peek(cpaId: string): KnownCpa | undefined;
}

/** The contracts in memory, the store behind them: what is activated counts from the next message on. */
export async function openCpaRegister(store: Store, clock: Clock, log: Log): Promise<CpaRegister> {
  const known = new Map<string, KnownCpa>();
  for (const { bytes, active, importedAt, cpaId } of await store.cpas.list()) {
    known.set(cpaId, { cpa: parseCpa(bytes), active, importedAt });
  }

  const get = (cpaId: string): KnownCpa => {
    const found = known.get(cpaId);
    if (found === undefined) throw new GatewayError('CPA_UNKNOWN', { detail: `CPA ${cpaId}` });
    return found;
  };

  const setActive = async (cpaId: string, active: boolean): Promise<void> => {
    const found = get(cpaId);
    if (found.active === active) return;
    await store.cpas.setActive(cpaId, active);
    known.set(cpaId, { ...found, active });
    const type = active ? 'cpa.activated' : 'cpa.deactivated';
    await store.note({ event: { type, at: clock.now(), messageId: undefined, direction: undefined, cpaId, data: {} } });
    log.info({ cpaId }, active ? 'CPA activated' : 'CPA deactivated');
  };

  return {
    peek: (cpaId) => known.get(cpaId),
    get,
    list: () => [...known.values()],
    activate: (cpaId) => setActive(cpaId, true),
    deactivate: (cpaId) => setActive(cpaId, false),

    validate(bytes) {
      const cpa = parseCpa(bytes);
      return { cpa, findings: validateCpa(cpa, clock.now()) };
    },

    async import(bytes, activate) {
      const cpa = parseCpa(bytes);
      const findings = validateCpa(cpa, clock.now());
      const [error] = findings.filter((finding) => finding.severity === 'error');
      if (error !== undefined) throw new GatewayError('CPA_INVALID', { location: error.place, detail: error.text });
      const before = known.get(cpa.cpaId);
      const importedAt = before?.importedAt ?? clock.now();
      await store.cpas.save({ cpaId: cpa.cpaId, bytes: cpa.bytes, active: before?.active ?? false, importedAt });
      if (before === undefined) known.set(cpa.cpaId, { cpa, active: false, importedAt });
      log.info({ cpaId: cpa.cpaId }, 'CPA imported');
      if (activate) await setActive(cpa.cpaId, true);
      return { cpaId: cpa.cpaId, active: get(cpa.cpaId).active, findings };
    },

    async remove(cpaId) {
      if (get(cpaId).active)
        throw new GatewayError('CPA_IN_USE', { detail: `CPA ${cpaId} is active: deactivate it first` });
      await store.cpas.remove(cpaId);
      known.delete(cpaId);
      log.info({ cpaId }, 'CPA removed');
    },
  };
}
